"""The base system: Debian's packages as mmdebstrap(1) makes them, kept as a compressed archive."""

import os
import sys
from pathlib import Path

import ocinstaller
from ocinstaller.images.overlay import write_files
from ocinstaller.images.recipe import Recipe
from ocinstaller.images.run import run

TIMEOUT_S = 3600.0
"""A slow mirror delivers 500 MB within this time at 140 kB/s."""

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
"""Of the package debian-archive-keyring; bookworm's (2023.3+deb12u2) verifies trixie."""

PREPARE_HOOK = '"$OCI_PYTHON" -m ocinstaller.images.prepared "$OCI_IMAGE_KIND" "$1"'
"""What mmdebstrap gives to a shell when the base system is there; `$1` is its directory."""

_NO_DOCUMENTATION = (
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/man/*",
)


_OWN_MOUNTS = ("unshare", "--mount")
"""What mmdebstrap mounts goes with its process, however that ends: removing the files of a killed
build must never reach a mounted /sys or /dev."""


def build_base(recipe: Recipe, archive: Path, scratch: Path) -> None:
    """Write the base system of a recipe to `archive` (`.tar.zst`), using `scratch` for the rest."""
    preset = scratch / "preset"
    write_files(preset, recipe.initramfs_files)
    run(
        [*_OWN_MOUNTS, *base_command(recipe, archive, preset)],
        timeout_s=TIMEOUT_S,
        env={"TMPDIR": str(scratch), **_hook_environment(recipe)},
    )


def _hook_environment(recipe: Recipe) -> dict[str, str]:
    """Let the hook run this very code, from wherever it was started."""
    source = str(Path(ocinstaller.__file__).parent.parent)
    path = os.pathsep.join(filter(None, (source, os.environ.get("PYTHONPATH"))))
    kind = recipe.kind.value
    return {"OCI_PYTHON": sys.executable, "OCI_IMAGE_KIND": kind, "PYTHONPATH": path}


def base_command(recipe: Recipe, archive: Path, preset: Path) -> list[str]:
    """The call of mmdebstrap; files of `preset` are in place before the first package is."""
    settings = recipe.settings
    argv = [
        "mmdebstrap",
        "--mode=root",
        "--variant=minbase",
        "--architectures=amd64",
        f"--components={','.join(settings.components if recipe.firmware else ('main',))}",
        f"--keyring={KEYRING}",
        f"--include={','.join(recipe.packages)}",
        '--aptopt=APT::Install-Recommends "false"',
        '--aptopt=Acquire::Languages "none"',
        f"--setup-hook=sync-in {preset} /",
    ]
    if recipe.role_packages:
        argv.append(f"--customize-hook={PREPARE_HOOK}")
    if settings.proxy:
        argv.append(f'--aptopt=Acquire::http::Proxy "{settings.proxy}"')
    if recipe.traits.without_documentation:
        argv += [f"--dpkgopt={option}" for option in _NO_DOCUMENTATION]
    components = " ".join(settings.components if recipe.firmware else ("main",))
    release = settings.release
    return [
        *argv,
        release,
        str(archive),
        f"deb {settings.mirror} {release} {components}",
        f"deb {settings.mirror} {release}-updates {components}",
        f"deb {settings.security_mirror} {release}-security {components}",
    ]
