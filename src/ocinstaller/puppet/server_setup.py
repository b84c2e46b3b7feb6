"""`oci-puppet-setup`: turn a machine with Debian's puppetserver into OCI's Puppet server.

Safe to repeat: a second run with the same arguments changes nothing and restarts nothing. Needs
root, the packages puppetserver and puppet-module-*, and OCI's Puppet module in the module path.
"""

import argparse
import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ocinstaller.puppet.client import (
    DEFAULT_CACHE_DIR,
    SETTINGS_PATH,
    ClientError,
    SettingsError,
    check_certname,
    parse_url,
)
from ocinstaller.puppet.ini import merge_ini, set_java_memory

MODULE_DIRECTORY = Path("usr/share/puppet/modules")
"""Where Debian's puppet-module-* packages, and ours, put modules."""
ENVIRONMENT = Path("etc/puppet/code/environments/production")
MODULES = (
    "barbican",
    "chrony",
    "cinder",
    "glance",
    "heat",
    "inifile",
    "keystone",
    "memcached",
    "mysql",
    "neutron",
    "nova",
    "ocinstaller",
    "openstacklib",
    "oslo",
    "placement",
    "stdlib",
)
"""The modules that our roles use. Every module in the path is copied to every machine and its
facts run there on every run: rabbitmq's alone, which packages pull in, cost 3.5 s each time."""

ENC_COMMAND = "oci-puppet-external-node-classifier"
AUTOSIGN_COMMAND = "oci-puppet-autosign"
CA_CERTIFICATE = Path("/var/lib/puppet/ssl/certs/ca.pem")
"""Puppet's own CA, made at the first start; machines need it at the same path."""

PUPPET_CONF = Path("etc/puppet/puppet.conf")
JVM_DEFAULTS = Path("etc/default/puppetserver")
SERVICE_USER = "puppet"
DEFAULT_HEAP_MIB = 768
"""Enough for one compiler: 870 to 970 MiB resident, measured with puppetserver 8.7."""
MINIMUM_HEAP_MIB = 512
START_TIMEOUT_S = 400.0
"""The unit itself gives up after 300 s (TimeoutStartSec in Debian's puppetserver.service)."""
STOP_TIMEOUT_S = 90.0


@dataclass(frozen=True)
class Setup:
    """What the administrator decides."""

    url: str
    ca_file: Path
    token_file: Path
    name: str
    heap_mib: int
    enc: Path
    autosign: Path


def main() -> int:
    """Entry point; returns the exit code."""
    arguments = _parser().parse_args()
    try:
        setup = _checked(arguments)
        changed = install(setup, Path("/"), _service_ids())
        if arguments.start:
            _start(changed)
    except (ClientError, OSError) as error:
        print(f"oci-puppet-setup: {error}", file=sys.stderr)
        return 1
    for path in changed:
        print(f"changed {path}")
    if CA_CERTIFICATE.exists():
        print(f"Puppet's CA certificate, for the machines: {CA_CERTIFICATE}")
    return 0


def install(setup: Setup, root: Path, owner: tuple[int, int]) -> list[Path]:
    """Write all files below `root`; return those that changed.

    :param owner: user and group id of puppetserver, which reads the token and keeps answers.
    :raises OSError: a file cannot be read or written.
    """
    cache = root / DEFAULT_CACHE_DIR.relative_to("/")
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chown(cache, *owner)
    os.chown(root / setup.token_file.relative_to("/"), *owner)
    (root / setup.token_file.relative_to("/")).chmod(0o400)
    changed = _link_modules(root)
    edits: list[tuple[Path, Callable[[str], str]]] = [
        (PUPPET_CONF, lambda text: merge_ini(text, puppet_conf(setup))),
        (JVM_DEFAULTS, lambda text: set_java_memory(text, setup.heap_mib)),
        (ENVIRONMENT / "environment.conf", lambda _: "modulepath = modules\n"),
        (SETTINGS_PATH.relative_to("/"), lambda _: client_conf(setup)),
    ]
    return changed + [Path("/") / path for path, edit in edits if _edit(root / path, edit)]


def puppet_conf(setup: Setup) -> dict[str, dict[str, str]]:
    """The settings of puppet.conf that make OCI the source of nodes and signatures."""
    return {
        "main": {"certname": setup.name, "server": setup.name},
        "server": {
            "dns_alt_names": setup.name,
            "node_terminus": "exec",
            "external_nodes": str(setup.enc),
            "autosign": str(setup.autosign),
            # A machine that is installed again brings a new key under its old name.
            "allow_duplicate_certs": "true",
            # Manifests change by package upgrades only, which restart puppetserver.
            "environment_timeout": "unlimited",
            # Machines report to OCI; reports on disk would only grow.
            "reports": "none",
        },
    }


def client_conf(setup: Setup) -> str:
    """The configuration file of the two commands that puppetserver calls."""
    return (
        "[oci]\n"
        f"url = {setup.url}\n"
        f"ca_file = {setup.ca_file}\n"
        f"token_file = {setup.token_file}\n"
        f"cache_dir = {DEFAULT_CACHE_DIR}\n"
    )


def _parser() -> argparse.ArgumentParser:
    _, _, description = str(__doc__).partition(": ")
    parser = argparse.ArgumentParser(prog="oci-puppet-setup", description=description)
    parser.add_argument("--url", required=True, help="OCI's address, https://HOST[:PORT]")
    parser.add_argument("--ca-file", required=True, type=Path, help="OCI's root CA certificate")
    parser.add_argument("--token-file", required=True, type=Path, help="file with the Puppet token")
    parser.add_argument("--name", required=True, help="this machine's fully qualified name")
    parser.add_argument("--heap-mib", type=int, default=DEFAULT_HEAP_MIB, help="JVM heap in MiB")
    parser.add_argument(
        "--no-start", dest="start", action="store_false", help="do not (re)start puppetserver"
    )
    return parser


def _checked(arguments: argparse.Namespace) -> Setup:
    parse_url(arguments.url)
    check_certname(arguments.name)
    for option in ("ca_file", "token_file"):
        path: Path = getattr(arguments, option)
        if not path.is_absolute() or not path.is_file():
            name = option.replace("_", "-")
            raise SettingsError(f"--{name} {path}; allowed: the absolute path of a file")
    if arguments.heap_mib < MINIMUM_HEAP_MIB:
        raise SettingsError(f"--heap-mib {arguments.heap_mib}; allowed: {MINIMUM_HEAP_MIB} or more")
    return Setup(
        url=arguments.url,
        ca_file=arguments.ca_file,
        token_file=arguments.token_file,
        name=arguments.name,
        heap_mib=arguments.heap_mib,
        enc=_command(ENC_COMMAND),
        autosign=_command(AUTOSIGN_COMMAND),
    )


def _command(name: str) -> Path:
    """The absolute path of a command installed beside this one, or found through PATH."""
    beside = Path(sys.argv[0]).resolve().parent / name
    found = str(beside) if beside.is_file() else shutil.which(name)
    if not found:
        raise SettingsError(f"the command {name} is not installed")
    return Path(found)


def _service_ids() -> tuple[int, int]:
    try:
        entry = pwd.getpwnam(SERVICE_USER)
    except KeyError as error:
        raise SettingsError(
            f"the user {SERVICE_USER} does not exist: install the package puppetserver first"
        ) from error
    return entry.pw_uid, entry.pw_gid


def _link_modules(root: Path) -> list[Path]:
    missing = [name for name in MODULES if not (root / MODULE_DIRECTORY / name).is_dir()]
    if missing:
        raise SettingsError(
            f"Puppet modules missing below /{MODULE_DIRECTORY}: {', '.join(missing)}; install the "
            "packages puppet-module-keystone, puppet-module-saz-memcached, "
            "puppet-module-aboe-chrony and OCI's own module"
        )
    directory = root / ENVIRONMENT / "modules"
    directory.mkdir(parents=True, exist_ok=True)
    changed = []
    for name in MODULES:
        link, target = directory / name, Path("/") / MODULE_DIRECTORY / name
        if not link.is_symlink() or link.readlink() != target:
            link.unlink(missing_ok=True)
            link.symlink_to(target)
            changed.append(Path("/") / ENVIRONMENT / "modules" / name)
    return changed


def _edit(path: Path, edit: Callable[[str], str]) -> bool:
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = edit(before)
    if path.exists() and after == before:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(after, encoding="utf-8")
    temporary.chmod(0o644)
    temporary.replace(path)
    return True


def _start(changed: list[Path]) -> None:
    """Enable puppetserver and make it run with the files as they are now."""
    _systemctl("enable", "--quiet", "puppetserver.service", timeout_s=STOP_TIMEOUT_S)
    verb = "restart" if changed else "start"
    _systemctl(verb, "puppetserver.service", timeout_s=START_TIMEOUT_S + STOP_TIMEOUT_S)


def _systemctl(*arguments: str, timeout_s: float) -> None:
    try:
        subprocess.run(
            ["systemctl", *arguments], check=True, capture_output=True, text=True, timeout=timeout_s
        )
    except subprocess.CalledProcessError as error:
        raise SettingsError(f"systemctl {' '.join(arguments)}: {error.stderr.strip()}") from error
    except subprocess.TimeoutExpired as error:
        raise SettingsError(
            f"systemctl {' '.join(arguments)}: not done after {timeout_s:.0f} s"
        ) from error


if __name__ == "__main__":
    sys.exit(main())
