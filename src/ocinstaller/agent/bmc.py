"""Sets address and user in this machine's BMC, through the kernel's driver with ipmitool.

Passwords are never among the arguments of a process, which every user could read: ipmitool gets
the lines that hold one from a file of its own (ipmitool(1), `exec`).
"""

import csv
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ocinstaller.agent.errors import CommandError, InstallError
from ocinstaller.agent.inventory.ipmitool import TIMEOUT_S, has_controller
from ocinstaller.agent.inventory.source import Source, fields
from ocinstaller.agent.orders import Log
from ocinstaller.model.bmc_programming import BmcProgram

_CHANNELS = range(1, 12)
"""Numbers that a LAN channel can have (IPMI 2.0, table 6-1)."""

_LAN = "802.3 LAN"
_FIRST_USER, _MOST_USERS = 2, 63
"""User 1 is the one without a name (IPMI 2.0, section 22.28)."""

_SHORT_PASSWORD = 16
"""Bytes of a password of IPMI 1.5; longer ones are stored as 20 bytes."""

_PRIVILEGE = "4"  # administrator (IPMI 2.0, table 22-30)
_NOT_SET = frozenset({"", "0.0.0.0"})  # noqa: S104 - what a BMC without address answers


def program(wanted: BmcProgram, source: Source, log: Log) -> None:
    """Set what is wanted and read it back.

    :raises AgentError: the machine has no BMC, it refuses something, or has something else then
    """
    if not has_controller(source):
        raise InstallError(
            "this machine has no BMC that Linux knows: there is no /dev/ipmi0, and the drivers "
            "ipmi_si and ipmi_devintf find none"
        )
    controller = _Controller(source, _lan_channel(source))
    log(f"LAN channel {controller.channel}")
    if wanted.address:
        controller.set_network(wanted)
        log(f"address {wanted.address}")
    if wanted.username:
        user = controller.set_user(wanted.username, wanted.password)
        log(f"user {wanted.username} has number {user}")
    controller.check(wanted)
    log("the BMC has what was set")


def _lan_channel(source: Source) -> str:
    for number in _CHANNELS:
        try:
            said = source.run(("ipmitool", "channel", "info", str(number)), TIMEOUT_S)
        except CommandError:
            continue
        if fields(said).get("Channel Medium Type") == _LAN:
            return str(number)
    raise InstallError("the BMC has no LAN channel")


@dataclass(frozen=True)
class _Controller:
    """This machine's BMC."""

    source: Source
    channel: str

    def set_network(self, wanted: BmcProgram) -> None:
        """Set a fixed address and all that belongs to it."""
        self._lan("ipsrc", "static")
        self._lan("ipaddr", wanted.address or "")
        if wanted.netmask:
            self._lan("netmask", wanted.netmask)
        if wanted.gateway:
            self._lan("defgw", "ipaddr", wanted.gateway)
        if wanted.vlan:
            self._lan("vlan", "id", wanted.vlan)

    def set_user(self, name: str, password: str | None) -> str:
        """Let a user administer over the network; return its number."""
        number, is_new = self._number_of(name)
        if is_new:
            self._ask("user", "set", "name", number, name)
        if password is not None:
            size = "16" if len(password) <= _SHORT_PASSWORD else "20"
            self._secretly(f"user set password {number} {password} {size}")
        self._ask("user", "priv", number, _PRIVILEGE, self.channel)
        self._ask("user", "enable", number)
        access = ("callin=on", "ipmi=on", "link=on", f"privilege={_PRIVILEGE}")
        self._ask("channel", "setaccess", self.channel, number, *access)
        self._lan("access", "on")
        return number

    def check(self, wanted: BmcProgram) -> None:
        """Compare what the BMC has with what is wanted.

        :raises InstallError: naming what differs
        """
        said = fields(self._ask("lan", "print", self.channel))
        vlan = {"off": "Disabled"}.get(wanted.vlan or "", wanted.vlan)
        for name, value in (
            ("IP Address", wanted.address),
            ("Subnet Mask", wanted.netmask),
            ("Default Gateway IP", wanted.gateway),
            ("802.1q VLAN ID", vlan),
        ):
            found = said.get(name, "")
            if value is not None and found != value:
                has = "none" if found in _NOT_SET else found
                raise InstallError(f"the BMC does not keep {name} {value}: it has {has}")
        if wanted.username and wanted.password:
            number, _ = self._number_of(wanted.username)
            size = "16" if len(wanted.password) <= _SHORT_PASSWORD else "20"
            self._secretly(f"user test {number} {size} {wanted.password}")

    def _number_of(self, name: str) -> tuple[str, bool]:
        """Return the number of a user, and whether it is a free one."""
        free = ""
        rows = csv.reader(self._ask("-c", "user", "list", self.channel).splitlines())
        for row in rows:
            number = row[0].strip() if row else ""
            if not number.isdigit() or not _FIRST_USER <= int(number) <= _MOST_USERS:
                continue
            found = row[1].strip() if len(row) > 1 else ""
            if found == name:
                return number, False
            if not found and not free:
                free = number
        if not free:
            raise InstallError(f"the BMC has neither a user {name} nor room for one")
        return free, True

    def _lan(self, *words: str) -> None:
        self._ask("lan", "set", self.channel, *words)

    def _ask(self, *words: str) -> str:
        return self.source.run(("ipmitool", *words), TIMEOUT_S)

    def _secretly(self, line: str) -> None:
        """Run a line that holds a password.

        :raises CommandError: it failed; the error does not hold the line
        """
        descriptor, name = tempfile.mkstemp(prefix="oci-bmc-")  # mode 0600
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(f"{line}\n")
            self.source.run(("ipmitool", "exec", name), TIMEOUT_S)
        except CommandError as error:
            words = " ".join(line.split()[:3])
            raise InstallError(f"the BMC refuses {words}: {_without(str(error), line)}") from None
        finally:
            Path(name).unlink(missing_ok=True)


def _without(text: str, line: str) -> str:
    """Return a text without the words of a line that could be its password."""
    for word in line.split()[3:]:
        if len(word) > 2:  # noqa: PLR2004 - numbers of users and sizes are no secrets
            text = text.replace(word, "…")
    return text
