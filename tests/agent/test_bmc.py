"""What the agent asks ipmitool for. The ipmitool here only checks arguments: it is no BMC.

One test runs the real program, for what this relies on in it.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from ocinstaller.agent.bmc import program
from ocinstaller.agent.errors import CommandError, InstallError
from ocinstaller.agent.inventory.source import Source
from ocinstaller.model.bmc_programming import BmcProgram
from tests.drivers.virtual_bmc_process import BmcProcess

SECRET = "0123456789abcdef"
WANTED = BmcProgram(
    address="10.9.0.7", netmask="255.255.0.0", gateway="10.9.0.1", vlan="12",
    username="oci", password=SECRET,
)  # fmt: skip
LAN = """\
IP Address Source       : Static Address
IP Address              : {address}
Subnet Mask             : 255.255.0.0
Default Gateway IP      : 10.9.0.1
802.1q VLAN ID          : {vlan}
"""


class ArgumentCheck:
    """Stands in ipmitool's place: notes the arguments and the files that `exec` gets."""

    def __init__(
        self, users: str = "1,,true,false,false,NO ACCESS\n2,,true,false,false,x\n"
    ) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.lines: list[str] = []
        self.modes: set[int] = set()
        self.users = users
        self.address, self.vlan = "10.9.0.7", "12"
        self.refused = ""

    def __call__(self, argv: Sequence[str], _timeout_s: float) -> str:
        self.calls.append(tuple(argv))
        words = " ".join(argv[1:])
        if argv[1] == "exec":
            file = Path(argv[2])
            self.modes.add(file.stat().st_mode & 0o777)
            words = file.read_text().strip()
            self.lines.append(words)
        if self.refused and words.startswith(self.refused):
            raise CommandError(f"{' '.join(argv)}: exit status 1: {words} failed")
        if words.startswith("channel info"):
            medium = "802.3 LAN" if words.endswith(" 8") else "IPMB (I2C)"
            return f"Channel 0x8 info:\n  Channel Medium Type   : {medium}\n"
        if words.startswith("-c user list"):
            return self.users
        return LAN.format(address=self.address, vlan=self.vlan) if "lan print" in words else ""

    @property
    def asked(self) -> list[str]:
        return [" ".join(call[1:]) for call in self.calls]


def machine(root: Path) -> Path:
    (root / "dev").mkdir(exist_ok=True)
    (root / "dev/ipmi0").touch()
    return root


def run(check: ArgumentCheck, root: Path, wanted: BmcProgram = WANTED) -> list[str]:
    said: list[str] = []
    program(wanted, Source(run=check, root=machine(root)), said.append)
    return said


def test_everything_is_set_and_read_back(tmp_path: Path) -> None:
    check = ArgumentCheck()
    said = run(check, tmp_path)
    asked = [line for line in check.asked if not line.startswith(("channel info", "exec"))]
    assert asked == [
        "lan set 8 ipsrc static",
        "lan set 8 ipaddr 10.9.0.7",
        "lan set 8 netmask 255.255.0.0",
        "lan set 8 defgw ipaddr 10.9.0.1",
        "lan set 8 vlan id 12",
        "-c user list 8",
        "user set name 2 oci",
        "user priv 2 4 8",
        "user enable 2",
        "channel setaccess 8 2 callin=on ipmi=on link=on privilege=4",
        "lan set 8 access on",
        "lan print 8",
        "-c user list 8",
    ]
    assert check.lines == [f"user set password 2 {SECRET} 16", f"user test 2 16 {SECRET}"]
    assert said == ["LAN channel 8", "address 10.9.0.7", "user oci has number 2",
                    "the BMC has what was set"]  # fmt: skip


def test_a_password_is_in_no_argument_and_in_no_file_afterwards(tmp_path: Path) -> None:
    check = ArgumentCheck()
    said = run(check, tmp_path)
    assert SECRET not in str(check.calls) + str(said)
    assert check.modes == {0o600}
    files = [Path(call[2]) for call in check.calls if call[1] == "exec"]
    assert files and not any(file.exists() for file in files)


def test_a_refused_password_is_not_in_the_error(tmp_path: Path) -> None:
    check = ArgumentCheck()
    check.refused = "user set password"
    with pytest.raises(InstallError, match="the BMC refuses user set password") as refused:
        run(check, tmp_path)
    assert SECRET not in str(refused.value)


def test_a_user_that_is_there_keeps_its_number(tmp_path: Path) -> None:
    check = ArgumentCheck("2,,true,x\n3,oci,true,x\n")
    long = "x" * 20
    run(check, tmp_path, BmcProgram(username="oci", password=long))
    assert check.lines[0] == f"user set password 3 {long} 20"
    assert not any("set name" in line or "ipaddr" in line for line in check.asked)


def test_access_alone_leaves_the_password(tmp_path: Path) -> None:
    check = ArgumentCheck("2,oci,true,x\n")
    run(check, tmp_path, BmcProgram(username="oci"))
    assert check.lines == [] and "lan set 8 access on" in check.asked


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("address", "0.0.0.0", "does not keep IP Address 10.9.0.7: it has none"),  # noqa: S104
        ("vlan", "Disabled", "does not keep 802.1q VLAN ID 12: it has Disabled"),
        ("users", "1,,true,x\n2,other,true,x\n", "neither a user oci nor room for one"),
        ("refused", "lan set 8 ipaddr", "lan set 8 ipaddr 10.9.0.7"),
    ],
)
def test_what_goes_wrong_is_said(tmp_path: Path, name: str, value: str, reason: str) -> None:
    check = ArgumentCheck()
    setattr(check, name, value)
    with pytest.raises((InstallError, CommandError), match=reason):
        run(check, tmp_path)


def test_a_machine_without_a_bmc(tmp_path: Path) -> None:
    check = ArgumentCheck()
    with pytest.raises(InstallError, match="no BMC that Linux knows: there is no /dev/ipmi0"):
        program(WANTED, Source(run=check, root=tmp_path), lambda _line: None)
    assert check.asked == ["--all --quiet ipmi_si ipmi_devintf"]  # modprobe


def test_a_bmc_without_lan(tmp_path: Path) -> None:
    check = ArgumentCheck()
    check.refused = "channel info"
    with pytest.raises(InstallError, match="no LAN channel"):
        run(check, tmp_path)


def test_the_real_exec_takes_a_line_and_tells_whether_it_failed(tmp_path: Path) -> None:
    bmc = BmcProcess(tmp_path)
    try:
        for line, good in (("chassis power status", True), ("chassis power explode", False)):
            file = tmp_path / "line"
            file.write_text(f"{line}\n")
            access = bmc.access
            done = subprocess.run(
                ["ipmitool", "-I", "lanplus", "-H", access.address, "-p", str(access.port),
                 "-U", access.username, "-E", "exec", str(file)],
                env={"PATH": "/usr/bin", "IPMI_PASSWORD": access.password},
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert (done.returncode == 0) is good, (line, done)
    finally:
        bmc.stop()
