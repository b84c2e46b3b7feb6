"""Speaks IPMI 2.0 with a machine's BMC, through ipmitool.

The password is given in the environment of the process, which only root can read, never among its
arguments (ipmitool(1), option -E).
"""

import os
import subprocess
from collections.abc import Sequence

from ocinstaller.model.bmc import BmcAccess, BootDevice, PowerAction, PowerState
from ocinstaller.model.errors import Conflict, OciError, Unavailable
from ocinstaller.model.text import Text

_TIMEOUT_S = 20
_COMMAND_TIMEOUT_S = 120  # a thousand events, or all sensors, take their time
_PACKET_S = "2"
_TRIES = "3"
_RETRY_AFTER_S = 10
_SHOWN = 400

_DEVICES = {BootDevice.NETWORK: "pxe", BootDevice.DISK: "disk"}

_PASSWORD_FIELD = "ipmi_password"  # noqa: S105 - a name
_REFUSED_LOGINS = {
    "rakp 2 hmac is invalid": _PASSWORD_FIELD,
    "rakp 2 message indicates an error : unauthorized name": "ipmi_username",
}
"""What ipmitool prints when a log-in is refused, in lower case, and the setting that is wrong."""


class IpmiTool:
    """One BMC; see `ocinstaller.model.bmc.Bmc`."""

    def __init__(self, access: BmcAccess) -> None:
        self._access = access
        self._password = access.password

    def power_state(self) -> PowerState:
        """Tell whether the machine has power."""
        said = self._run("chassis", "power", "status")
        for state in PowerState:
            if f"power is {state}" in said.lower():
                return state
        raise self._refused(f"it answers {said[:_SHOWN]!r} for the power state")

    def press(self, action: PowerAction) -> None:
        """Press a button."""
        self._run("chassis", "power", action.value)

    def boot_once_from(self, device: BootDevice, *, uefi: bool) -> None:
        """Choose what the next start is from."""
        options = ("options=efiboot",) if uefi else ()
        self._run("chassis", "bootdev", _DEVICES[device], *options)

    def command(self, arguments: Sequence[str]) -> str:
        """Send a command in ipmitool's own words; return what it prints.

        The words are checked before (`model.bmc_commands`).
        """
        # Its answers would be others with the -v that tells why a log-in fails.
        self.power_state()
        return self._run_with(self._password, tuple(arguments), _COMMAND_TIMEOUT_S, ())

    def _run(self, *request: str) -> str:
        """Ask with each password that may be the right one, and remember which one is.

        :raises OciError: the refusal of the last one
        """
        *others, last = dict.fromkeys((self._password, *self._access.other_passwords))
        for password in others:
            try:
                answer = self._run_with(password, request, _TIMEOUT_S, ("-v",))
            except Conflict as error:
                if error.field != _PASSWORD_FIELD:
                    raise
            else:
                self._password = password
                return answer
        answer = self._run_with(last, request, _TIMEOUT_S, ("-v",))
        self._password = last
        return answer

    def _run_with(
        self, password: str, request: Sequence[str], timeout_s: int, options: Sequence[str]
    ) -> str:
        access = self._access
        argv = (
            *("ipmitool", "-I", "lanplus", "-H", access.address, "-p", str(access.port)),
            # Why a log-in fails is said with -v only.
            *(*options, "-U", access.username, "-L", "ADMINISTRATOR", "-E"),
            *("-N", _PACKET_S, "-R", _TRIES),
            *request,
        )
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C.UTF-8",
            "IPMI_PASSWORD": password,
            # Options are before the request: a word of it is none, whatever it looks like.
            "POSIXLY_CORRECT": "1",
        }
        try:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout_s,
                env=environment,
                check=False,
            )
        except FileNotFoundError as error:
            raise self._away("ipmitool is not installed on the server") from error
        except subprocess.TimeoutExpired as error:
            raise self._away(f"no answer within {timeout_s} s") from error
        if done.returncode != 0:
            raise self._failure((done.stderr or done.stdout).strip())
        return done.stdout

    def _failure(self, said: str) -> OciError:
        lower = said.lower()
        for text, field in _REFUSED_LOGINS.items():
            if text in lower:
                return Conflict(
                    Text(
                        "the BMC {address} refuses the log-in of {username!r}",
                        address=self._access.address,
                        username=self._access.username,
                    ),
                    field=field,
                    allowed=Text(
                        "what the BMC knows: see machine-set --ipmi-username, --ipmi-password"
                    ),
                )
        if "unable to establish" in lower or not said:
            return self._away(said[-_SHOWN:] or "no answer")
        return self._refused(said[-_SHOWN:])

    def _away(self, reason: str) -> Unavailable:
        return Unavailable(
            Text(
                "the BMC {address} cannot be asked: {reason}",
                address=self._access.address,
                reason=reason,
            ),
            field="ipmi_addr",
            retry_after_s=_RETRY_AFTER_S,
        )

    def _refused(self, reason: str) -> Conflict:
        return Conflict(
            Text(
                "the BMC {address} refuses: {reason}", address=self._access.address, reason=reason
            ),
            field="ipmi_addr",
            value=self._access.address,
            allowed=Text("what this BMC can do"),
        )
