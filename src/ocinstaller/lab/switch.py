"""A switch that speaks LACP (IEEE 802.1AX): Open vSwitch in user space, in the lab's namespace.

The kernel of the host needs no module for it. A machine's two cards are one port channel of the
switch; until the machine's system answers LACP, the switch uses one of them alone, as switches do
for machines that start from the network. The untagged VLAN continues to the internal bridge, the
tagged one has the lab's address in it, so that both are reached from the server's side.
"""

import os
import re
import time
from pathlib import Path

from ocinstaller.lab.command import run
from ocinstaller.lab.errors import CommandError
from ocinstaller.lab.layout import INTERNAL, TAGGED, Lab, Machine
from ocinstaller.lab.namespace import namespace_path
from ocinstaller.lab.processes import Processes

DATABASE, DAEMON = "switch-database", "switch"
SCHEMA = Path("/usr/share/openvswitch/vswitch.ovsschema")
BRIDGE, UPLINK, VLAN_PORT = "sw", "sw-up", "sw-tagged"
TIMEOUT_S = 30
POLL_S = 0.2

_LACP = (
    "lacp=active",
    "bond_mode=balance-tcp",
    "other_config:lacp-time=fast",
    "other_config:lacp-fallback-ab=true",
)
_STATUS = re.compile(r"^(?:slave|member): (\S+): (.*)$", re.MULTILINE)


class Switch:
    """The lab's switch; made when the first machine is plugged in."""

    def __init__(self, lab: Lab, processes: Processes) -> None:
        self._lab = lab
        self._processes = processes
        self._directory = lab.run_directory / "switch"

    def plug_in(self, machine: Machine, taps: tuple[str, ...]) -> None:
        """Make a machine's cables one port channel of the switch."""
        self._start()
        primary = f"other_config:bond-primary={taps[0]}"
        self._configure("--may-exist", "add-bond", BRIDGE, machine.name, *taps, *_LACP, primary)

    def prefer(self, machine: Machine, tap: str) -> None:
        """Use this cable while nobody answers LACP, as soon as the machine has power.

        Firmware tries its first card only, and the setting does not move a member chosen before.

        :raises CommandError: the cable did not get power in time.
        """
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            try:
                self._control("bond/set-active-member", machine.name, tap)
            except CommandError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(POLL_S)
            else:
                return

    def negotiated(self, machine: Machine) -> set[str]:
        """Return the cables on which the machine's system answers LACP and carries traffic."""
        answer = self._control("lacp/show", machine.name)
        found = _STATUS.findall(answer)
        return {name for name, state in found if state.startswith("current attached")}

    def set_cable(self, tap: str, *, plugged: bool) -> None:
        """Pull a cable out or put it in again."""
        run("ip", "-n", self._lab.name, "link", "set", tap, "up" if plugged else "down")

    @property
    def _database_socket(self) -> Path:
        return self._directory / "db.sock"

    @property
    def _daemon_socket(self) -> Path:
        return self._directory / "switch.ctl"

    def _start(self) -> None:
        """Start the daemons and make the bridge; what is there stays."""
        self._directory.mkdir(parents=True, exist_ok=True)
        database = self._directory / "conf.db"
        if not database.exists():
            self._run("ovsdb-tool", "create", str(database), str(SCHEMA))
        if self._processes.find(DATABASE) is None:
            remote = f"--remote=punix:{self._database_socket}"
            self._spawn(DATABASE, "ovsdb-server", str(database), remote)
            self._configure("init")
        if self._processes.find(DAEMON) is None:
            control = f"--unixctl={self._daemon_socket}"
            self._spawn(DAEMON, "ovs-vswitchd", f"unix:{self._database_socket}", control)
        user_space = ("--", "set", "bridge", BRIDGE, "datapath_type=netdev")
        self._configure("--may-exist", "add-br", BRIDGE, *user_space)
        for port, options in ((UPLINK, ()), (VLAN_PORT, (f"tag={TAGGED.vlan}",))):
            internal = ("--", "set", "interface", port, "type=internal")
            self._configure("--may-exist", "add-port", BRIDGE, port, *options, *internal)
        self._ip("link", "set", UPLINK, "master", INTERNAL.name, "up")
        self._ip("address", "replace", str(TAGGED.address), "dev", VLAN_PORT)
        self._ip("link", "set", VLAN_PORT, "up")

    def _spawn(self, name: str, *argv: str) -> None:
        pidfile = f"--pidfile={self._directory / name}.pid"
        inside = ("nsenter", f"--net={namespace_path(self._lab.name)}")
        self._processes.start(
            name, [*inside, *argv, pidfile, "--no-chdir"], env=self._environment()
        )

    def _configure(self, *argv: str) -> None:
        """Change the configuration; waits until the daemon, when it runs, has done it."""
        wait = () if self._processes.find(DAEMON) else ("--no-wait",)
        database = f"--db=unix:{self._database_socket}"
        self._run("ovs-vsctl", "--retry", f"--timeout={TIMEOUT_S}", database, *wait, *argv)

    def _control(self, *argv: str) -> str:
        """Ask the daemon."""
        return self._run("ovs-appctl", f"--target={self._daemon_socket}", *argv)

    def _run(self, *argv: str) -> str:
        return run(*argv, timeout_s=TIMEOUT_S * 2, env={**os.environ, **self._environment()})

    def _environment(self) -> dict[str, str]:
        """The daemons' files lie with the lab, not with those of the host."""
        names = ("OVS_RUNDIR", "OVS_LOGDIR", "OVS_DBDIR")
        return dict.fromkeys(names, str(self._directory))

    def _ip(self, *argv: str) -> None:
        run("ip", "-n", self._lab.name, *argv)
