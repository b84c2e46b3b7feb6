"""Secure Boot on a real firmware with Microsoft's keys: `make test-matrix`.

Nothing unsigned starts there: the live system and the installed one come up only when firmware,
shim, GRUB and kernel each find the signature that they ask for.
"""

from collections.abc import Iterator

import pytest

from ocinstaller.lab.layout import Machine, MachineKind
from ocinstaller.lab.stages import Line
from tests.e2e.virtual import PLAIN, WAIT_S, enrol, inside, line_of, virtual

pytestmark = [pytest.mark.matrix, pytest.mark.root]

SECURE = Machine("secure", 24, MachineKind.UEFI, "custom", secure_boot=True)
VARIABLE = "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
LOCKDOWN = "/sys/kernel/security/lockdown"


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    with line_of("secure", SECURE) as found:
        yield found


def test_the_live_system_starts_and_reports_that_secure_boot_is_on(line: Line) -> None:
    enrol(line, SECURE, PLAIN)
    assert line.cli.ask("machine-show", SECURE.serial)["secure_boot"] is True
    console = virtual(line, SECURE).console.path.read_text(errors="replace")
    assert "OCI: starting the live system" in console


def test_the_installed_system_starts_from_its_disk_with_secure_boot_on(line: Line) -> None:
    line.install(SECURE, print)
    assert inside(line, SECURE, "od -An -tu1 -j4", VARIABLE).split() == ["1"]
    assert "[integrity]" in inside(line, SECURE, "cat", LOCKDOWN)
    packages = ("dpkg-query", "-W", "-f", "'${Package}\\n'", "shim-signed", "grub-efi-amd64-signed")
    assert inside(line, SECURE, *packages).split() == ["shim-signed", "grub-efi-amd64-signed"]
    console = virtual(line, SECURE).console.path.read_text(errors="replace")
    assert "OCI: starting from the local disk" in console


def test_it_starts_without_the_server(line: Line) -> None:
    """The firmware finds the disk's own shim when nobody answers on the network."""
    machine = virtual(line, SECURE)
    machine.power_off()
    line.processes.stop("server")
    line.power_on(SECURE)
    started = machine.console.mark()
    machine.console.wait_for(r"Welcome to .*Debian", timeout_s=WAIT_S, since=started)
