"""What an image is made of, and the digests that name it.

A build has two levels. The base is Debian's packages; it changes seldom and takes long. On top of
it come OCI's own files. Each level has a digest over all its inputs, including the source of the
code that carries it out, so that the same digest always means the same contents, whatever
mirror the packages came from.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import ocinstaller
from ocinstaller.images.kinds import TRAITS, ImageKind, KindTraits
from ocinstaller.images.packages import names, of_role
from ocinstaller.images.settings import BuildSettings, InitrdModules

DIGEST_LENGTH = 32
"""Hexadecimal digits of a digest: 128 bits, more than enough against accidents."""

PACKAGE_ROOT = Path(ocinstaller.__file__).parent
OVERLAYS = Path(__file__).parent / "data"
AGENT_PARTS = ("__init__.py", "agent", "model")
"""What of the package `ocinstaller` a machine needs."""

LAB_MODULES = (
    "af_packet",
    "e1000",
    "e1000e",
    "loop",
    "overlay",
    "squashfs",
    "virtio_blk",
    "virtio_net",
    "virtio_pci",
)
"""Kernel modules that a virtual machine needs to fetch and mount its root file system."""

NO_ARRAYS = """\
# The live system starts no array that it finds: a started one would resynchronise, which writes to
# disks that nobody asked to touch, and would keep them busy. The installer names those it starts.
AUTO -all
HOMEHOST <ignore>
"""

_BASE_CODE = ("base.py",)
_ROLE_CODE = ("prepared.py",)
_CUSTOM_CODE = ("customise.py", "kinds.py", "overlay.py", "squash.py")


@dataclass(frozen=True)
class Recipe:
    """All inputs of one image."""

    kind: ImageKind
    settings: BuildSettings

    @property
    def traits(self) -> KindTraits:
        """The properties of the kind."""
        return TRAITS[self.kind]

    @property
    def firmware(self) -> bool:
        """Whether the image carries non-free firmware."""
        return self.settings.firmware and self.traits.has_kernel

    @property
    def packages(self) -> tuple[str, ...]:
        """Names of the packages to ask for; dependencies come with them."""
        return names(self.traits.package_groups(firmware=self.firmware))

    @property
    def role_packages(self) -> tuple[str, ...]:
        """Names of the packages of all services that can run on machines of the image's role."""
        return of_role(self.traits.role)

    @property
    def overlay(self) -> str:
        """The directory of OCI's own files for this kind."""
        return ImageKind.TARGET.value if self.traits.role else self.kind.value

    @property
    def initramfs_files(self) -> dict[str, str]:
        """Configuration of the initrd, in place before the first one is made."""
        if not self.traits.has_kernel:
            return {}
        listed = self.traits.network_boot and self.settings.initrd_modules is InitrdModules.LIST
        modules = InitrdModules.LIST if listed else InitrdModules.MOST
        files = {
            "etc/initramfs-tools/conf.d/oci": f"MODULES={modules.value}\nCOMPRESS=zstd\n",
        }
        if self.traits.network_boot:
            files["etc/mdadm/mdadm.conf"] = NO_ARRAYS
        if listed:
            files["usr/share/initramfs-tools/modules.d/oci"] = "\n".join(LAB_MODULES) + "\n"
        return files

    def base_digest(self) -> str:
        """Digest of the inputs of the base system."""
        role = {"packages": self.role_packages, "code": _hashes(Path(__file__).parent, _ROLE_CODE)}
        return _digest(
            {
                "release": self.settings.release,
                "packages": self.packages,
                "role": role if self.traits.role else {},
                "firmware": self.firmware,
                "initramfs": self.initramfs_files,
                "without_documentation": self.traits.without_documentation,
                "edition": self.settings.edition,
                "code": _hashes(Path(__file__).parent, _BASE_CODE),
            }
        )

    def digest(self) -> str:
        """Digest of all inputs: the name of the image."""
        traits = self.traits
        return _digest(
            {
                "kind": self.kind,
                "base": self.base_digest(),
                "enabled": traits.enabled_units,
                "masked": traits.masked_units,
                "authorized_keys": self.settings.authorized_keys,
                "overlays": _hashes(OVERLAYS, ("common", self.overlay)),
                "agent": _hashes(PACKAGE_ROOT, AGENT_PARTS) if traits.carries_agent else {},
                "code": _hashes(Path(__file__).parent, _CUSTOM_CODE),
            }
        )


def source_files(root: Path, parts: Iterable[str]) -> tuple[Path, ...]:
    """All files of some files and directories below `root`, sorted, without Python's caches."""
    found: list[Path] = []
    for part in parts:
        path = root / part
        files = path.rglob("*") if path.is_dir() else [path]
        found += [
            file
            for file in files
            if (file.is_file() or file.is_symlink()) and "__pycache__" not in file.parts
        ]
    return tuple(sorted(found))


def _hashes(root: Path, parts: Iterable[str]) -> dict[str, str]:
    return {
        str(file.relative_to(root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in source_files(root, parts)
    }


def _digest(inputs: Mapping[str, object]) -> str:
    canonical = json.dumps(inputs, sort_keys=True).encode()
    return hashlib.sha256(canonical).hexdigest()[:DIGEST_LENGTH]
