"""Speaks IPMI 2.0 with a machine's BMC, through ipmitool.

The password is given in the environment of the process, which only root can read, never among its
arguments (ipmitool(1), option -E).
"""

import os
import subprocess

from ocinstaller.model.bmc import BmcAccess, BootDevice, PowerAction, PowerState
from ocinstaller.model.errors import Conflict, OciError, Unavailable

_TIMEOUT_S = 20
_PACKET_S = "2"
_TRIES = "3"
_RETRY_AFTER_S = 10
_SHOWN = 400

_DEVICES = {BootDevice.NETWORK: "pxe", BootDevice.DISK: "disk"}

_REFUSED_LOGINS = {
    "rakp 2 hmac is invalid": "ipmi_password",
    "rakp 2 message indicates an error : unauthorized name": "ipmi_username",
}
"""What ipmitool prints when a log-in is refused, in lower case, and the setting that is wrong."""


class IpmiTool:
    """One BMC; see `ocinstaller.model.bmc.Bmc`."""

    def __init__(self, access: BmcAccess) -> None:
        self._access = access

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

    def _run(self, *request: str) -> str:
        access = self._access
        argv = (
            *("ipmitool", "-I", "lanplus", "-H", access.address, "-p", str(access.port)),
            # Why a log-in fails is said with -v only.
            *("-v", "-U", access.username, "-L", "ADMINISTRATOR", "-E"),
            *("-N", _PACKET_S, "-R", _TRIES),
            *request,
        )
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C.UTF-8",
            "IPMI_PASSWORD": access.password,
        }
        try:
            done = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_TIMEOUT_S,
                env=environment,
                check=False,
            )
        except FileNotFoundError as error:
            raise self._away("ipmitool is not installed on the server") from error
        except subprocess.TimeoutExpired as error:
            raise self._away(f"no answer within {_TIMEOUT_S} s") from error
        if done.returncode != 0:
            raise self._failure((done.stderr or done.stdout).strip())
        return done.stdout

    def _failure(self, said: str) -> OciError:
        lower = said.lower()
        for text, field in _REFUSED_LOGINS.items():
            if text in lower:
                return Conflict(
                    f"the BMC {self._access.address} refuses the log-in of "
                    f"{self._access.username!r}",
                    field=field,
                    allowed="what the BMC knows: see machine-set --ipmi-username, --ipmi-password",
                )
        if "unable to establish" in lower or not said:
            return self._away(said[-_SHOWN:] or "no answer")
        return self._refused(said[-_SHOWN:])

    def _away(self, reason: str) -> Unavailable:
        return Unavailable(
            f"the BMC {self._access.address} cannot be asked: {reason}",
            field="ipmi_addr",
            retry_after_s=_RETRY_AFTER_S,
        )

    def _refused(self, reason: str) -> Conflict:
        return Conflict(
            f"the BMC {self._access.address} refuses: {reason}",
            field="ipmi_addr",
            value=self._access.address,
            allowed="what this BMC can do",
        )
