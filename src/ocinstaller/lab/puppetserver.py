"""The lab's puppetserver: a container with Debian's puppetserver, set up as an operator would."""

import json
import shutil
from pathlib import Path

import ocinstaller
from ocinstaller.lab import firmware, nspawn
from ocinstaller.lab.command import run
from ocinstaller.lab.container import ContainerMachine
from ocinstaller.lab.errors import StateError
from ocinstaller.lab.layout import (
    PUPPET_ADDRESS,
    PUPPET_HOSTNAME,
    PUPPET_MACHINE,
    SERVER_URL,
    Lab,
)

PACKAGE = Path(ocinstaller.__file__).parent
MODULE = PACKAGE.parent.parent / "puppet" / "ocinstaller"
"""OCI's Puppet module in the source tree."""
MODULE_TARGET = "/usr/share/puppet/modules/ocinstaller"
DIST_PACKAGES = "usr/lib/python3/dist-packages"
CONFIGURATION = "etc/openstack-cluster-installer"
CA_CERTIFICATE = "/var/lib/puppet/ssl/certs/ca.pem"
COMMANDS = {
    "oci-puppet-setup": "server_setup",
    "oci-puppet-external-node-classifier": "enc_client",
    "oci-puppet-autosign": "autosign_client",
}
"""Commands and the modules of `ocinstaller.puppet` whose `main` they call."""
SETUP_S = 600.0
"""The first start makes a CA and loads the compiler: 25 to 60 s, longer on a busy host."""


class Server:
    """What the supervisor of the puppetserver's machine boots."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._directory = lab.machine_directory(PUPPET_MACHINE.name)

    def boot(self, network: str) -> nspawn.Container:
        """Mount the image with what this machine wrote before, and put its files in place.

        :raises StateError: there is no image.
        """
        root = firmware.mount_layers(self._image() / "filesystem.squashfs", self._directory)
        self._write_files(root)
        return nspawn.Container(
            self._lab.machine_namespace(PUPPET_MACHINE.name),
            root,
            network,
            self._lab.marker,
            read_only_binds=(f"{MODULE}:{MODULE_TARGET}",),
        )

    def _image(self) -> Path:
        """The image that the machine was made from; a new machine gets the current one."""
        record = self._directory / "image.json"
        images = self._lab.images / "puppetserver"
        if record.exists():
            used: Path = images / json.loads(record.read_text())["digest"]
            if used.is_dir():
                return used
        current = (images / "current").resolve()
        if not current.is_dir():
            raise StateError(f"there is no image of the puppetserver in {images}")
        # Changes on top of one image mean nothing on top of another.
        shutil.rmtree(self._directory / "upper", ignore_errors=True)
        record.write_text(json.dumps({"digest": current.name}))
        return current

    def _write_files(self, root: Path) -> None:
        _write(root / "etc/hostname", f"{PUPPET_HOSTNAME}\n")
        _write(
            root / "etc/hosts",
            f"127.0.0.1 localhost\n{PUPPET_ADDRESS.ip} {PUPPET_HOSTNAME} puppet\n",
        )
        network = f"[Match]\nName=eth0\n\n[Network]\nAddress={PUPPET_ADDRESS}\n"
        _write(root / "etc/systemd/network/10-lab.network", network)
        _write(root / CONFIGURATION / "root-ca.pem", self._lab.root_ca_file.read_text())
        _write(root / CONFIGURATION / "puppet-token", self._lab.puppet_token_file.read_text())
        for command, module in COMMANDS.items():
            text = f"import sys\nfrom ocinstaller.puppet.{module} import main\nsys.exit(main())\n"
            _write(root / "usr/bin" / command, f"#!/usr/bin/python3\n{text}", mode=0o755)
        target = root / DIST_PACKAGES / PACKAGE.name
        for part in ("__init__.py", *(f"puppet/{file.name}" for file in _puppet_sources())):
            _write(target / part, (PACKAGE / part).read_text())
        run(
            "chroot",
            str(root),
            "python3",
            "-m",
            "compileall",
            "-q",
            f"/{DIST_PACKAGES}/ocinstaller",
        )


def set_up(lab: Lab, machine: ContainerMachine) -> None:
    """Configure and start puppetserver on its running machine, and fetch its CA's certificate.

    :raises CommandError: the set-up failed; the text says why.
    """
    machine.execute(
        "oci-puppet-setup",
        *("--url", SERVER_URL),
        *("--ca-file", f"/{CONFIGURATION}/root-ca.pem"),
        *("--token-file", f"/{CONFIGURATION}/puppet-token"),
        *("--name", PUPPET_HOSTNAME),
        timeout_s=SETUP_S,
    )
    lab.puppet_ca_file.write_text(machine.execute("cat", CA_CERTIFICATE))


def _puppet_sources() -> list[Path]:
    return sorted((PACKAGE / "puppet").glob("*.py"))


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file unless it has that content: its owner may have been changed since."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
        path.chmod(mode)
