"""The stages of the line, from nothing to an answering Keystone.

Every stage can tell whether it is true already, so a run that was interrupted anywhere goes on
where it was.
"""

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ocinstaller.lab import (
    accelerator,
    images,
    javascript,
    mirror,
    namespace,
    puppetserver,
    scenario,
    server,
    topology,
    verify,
)
from ocinstaller.lab.container import ContainerMachine
from ocinstaller.lab.errors import CommandError, StageError
from ocinstaller.lab.layout import CLUSTER, PUPPET_MACHINE, Lab, Machine, MachineKind
from ocinstaller.lab.ocicli import UNREACHABLE_STATUS, OciCli
from ocinstaller.lab.openstack import OpenStack
from ocinstaller.lab.processes import Processes
from ocinstaller.lab.qemu import QemuMachine
from ocinstaller.lab.tenant import Tenant

Show = Callable[[str], None]
"""Takes a line about what is being done."""

POLL_S = 1.0
START_S = 60.0
LIVE_S = 1800.0
INSTALL_S = 3600.0
PUPPET_S = 1800.0
"""Limits are several times what an emulated machine takes on two busy cores."""


@dataclass(frozen=True)
class Stage:
    """One step of the line.

    :ivar done: tells whether it is true already.
    :ivar work: makes it true.
    """

    title: str
    done: Callable[[], bool]
    work: Callable[[Show], None]


_ENROLLED = 2
"""Stages of a machine's way until it is enrolled."""


def side_by_side(title: str, stages: Sequence[Stage]) -> Stage:
    """Return a stage that makes several true at the same time.

    What they raise is raised when all have ended, the first of them.
    """

    def work(show: Show) -> None:
        with ThreadPoolExecutor(len(stages)) as pool:
            waiting = [
                pool.submit(stage.work, prefixed(stage.title.partition(":")[0], show))
                for stage in stages
                if not stage.done()
            ]
        for result in waiting:
            result.result()

    return Stage(title, lambda: all(stage.done() for stage in stages), work)


def prefixed(name: str, show: Show) -> Show:
    """Return what shows lines with a machine's name before them."""
    return lambda text: show(f"{name}: {text}")


class Line:
    """The whole line of one lab: its parts, and the stages that bring it up."""

    def __init__(self, lab: Lab, chosen: scenario.Scenario | None = None) -> None:
        self.lab = lab
        self.processes = Processes(lab)
        self.cli = OciCli(lab)
        self.scenario = chosen or scenario.current(lab)
        self.puppet = ContainerMachine(lab, PUPPET_MACHINE.name, self.processes)
        self.machines: dict[str, ContainerMachine | QemuMachine] = {
            machine.name: self._make(machine) for machine in self.scenario.machines
        }
        self.password: str | None = None

    def stages(self) -> tuple[Stage, ...]:
        """All stages in their order: containers first, emulated machines need both cores.

        Containers are all enrolled before the first of them is installed, as an operator does it:
        controllers then know from the start which services the others bring.
        """
        enrolled: list[Stage] = []
        deployed: list[Stage] = []
        for group in self.groups():
            way = self.group_stages(group)
            apart = _ENROLLED if group[0].kind is MachineKind.CONTAINER else 0
            enrolled += way[:apart]
            deployed += way[apart:]
        return (*self.base_stages(), *enrolled, *deployed)

    def groups(self) -> list[list[Machine]]:
        """Machines that are brought up side by side: the containers of a role, else each alone."""
        groups: dict[str, list[Machine]] = {}
        for machine in self.scenario.machines:
            if machine.kind is MachineKind.CONTAINER:
                groups.setdefault(machine.role, []).append(machine)
        alone = [[m] for m in self.scenario.machines if m.kind is not MachineKind.CONTAINER]
        return [*groups.values(), *alone]

    def base_stages(self) -> tuple[Stage, ...]:
        """What has to be there before a machine can be switched on."""
        return (
            Stage("network", lambda: namespace.exists(self.lab.name), self._network),
            Stage("package proxy", lambda: self._runs(mirror.PROCESS), self._proxy),
            *(self._image_stage(kind) for kind in (*images.KINDS, *self.scenario.prepared)),
            Stage("OCI server", self._server_answers, self._server),
            Stage("administrator", lambda: self.lab.credentials_file.exists(), self._administrator),
            Stage("puppetserver", self._puppetserver_is_set_up, self._puppetserver),
            Stage(
                "cluster",
                lambda: topology.exists(self.cli, outside=self.scenario.outside),
                lambda _: topology.create(self.cli, outside=self.scenario.outside),
            ),
        )

    def group_stages(self, machines: list[Machine]) -> tuple[Stage, ...]:
        """The way of machines that go it side by side."""
        if len(machines) == 1:
            return self.machine_stages(machines[0])
        each = zip(*(self.machine_stages(machine) for machine in machines), strict=True)
        title = f"{len(machines)} {machines[0].role}"
        return tuple(
            side_by_side(f"{title}: {stages[0].title.partition(': ')[2]}", stages)
            for stages in each
        )

    def machine_stages(self, machine: Machine) -> tuple[Stage, ...]:
        """The way of one machine."""
        name = machine.name
        return (
            Stage(
                f"{name}: power on to report",
                lambda: self.machines[name].is_on and self._status(machine) is not None,
                lambda show: self.discover(machine, show),
            ),
            Stage(
                f"{name}: enrolment",
                lambda: topology.is_enrolled(self.cli, machine),
                lambda _: topology.enrol(self.cli, machine),
            ),
            Stage(
                f"{name}: installation to start from disk",
                lambda: (self._status(machine) or {}).get("status") == "installed",
                lambda show: self.install(machine, show),
            ),
            Stage(
                f"{name}: Puppet",
                lambda: (self._status(machine) or {}).get("puppet") == "success",
                lambda show: self.wait_for_puppet(machine, show),
            ),
        )

    def power_on(self, machine: Machine, *, without: Collection[int] = ()) -> None:
        """Switch a machine on; one that is on stays as it is.

        :param without: numbers of disks that were taken out of a virtual machine.
        """
        found = self.machines[machine.name]
        if isinstance(found, QemuMachine):
            kernel = self.lab.images / "live" / "current" / "vmlinuz"
            found.power_on(
                accelerator.choose(kernel, self.lab.run_directory / "accelerator.json"),
                without=without,
            )
        else:
            found.power_on()

    def discover(self, machine: Machine, show: Show) -> None:
        """Switch a machine on and wait for its hardware report.

        :raises StageError: it did not report in time.
        """
        self.power_on(machine)
        console = self.machines[machine.name].console
        deadline = time.monotonic() + LIVE_S
        while not self._has_reported(machine):
            if time.monotonic() > deadline:
                raise StageError(
                    f"{machine.name} did not report within {LIVE_S:.0f} s; last lines of "
                    f"{console.path}:\n{console.tail()}"
                )
            show(console.tail(1))
            time.sleep(POLL_S)

    def install(self, machine: Machine, show: Show) -> None:
        """Install a machine and wait until it runs from its disk, or go on waiting for that."""
        self.power_on(machine)
        if (self._status(machine) or {})["status"] == "live":
            self.cli("machine-install-os", machine.serial)
        self._wait("machine-wait-for-install", machine, show, INSTALL_S)

    def wait_for_puppet(self, machine: Machine, show: Show) -> None:
        """Wait for the first successful Puppet run."""
        self.power_on(machine)
        self._wait("machine-wait-for-puppet", machine, show, PUPPET_S)

    def openstack(self) -> OpenStack:
        """The deployed cloud's client.

        :raises LabError: there is no controller.
        """
        address = self.cli.ask("cluster-show", CLUSTER)["vip_address"]
        return OpenStack(self.lab, self.controller(), address)

    def controller(self) -> ContainerMachine:
        """The first controller that is up.

        :raises StageError: there is none.
        """
        for machine in self.scenario.machines:
            found = self.machines[machine.name]
            if machine.role == "controller" and isinstance(found, ContainerMachine) and found.is_up:
                return found
        raise StageError("the lab has no controller that is up")

    def verify(self, show: Callable[[verify.Result], None]) -> list[verify.Result]:
        """Use the deployed cloud as its users do, and tell what worked."""
        cloud = self.openstack()
        cloud.wait()
        tenant = Tenant(cloud, self.controller(), verify.fresh_name())
        return verify.Verification(tenant, show).run()

    def _image_stage(self, kind: str) -> Stage:
        # Only the builder knows whether an image is up to date, and it knows within a second.
        return Stage(
            f"image {kind}", lambda: False, lambda show: images.build(self.lab, kind, show)
        )

    def _make(self, machine: Machine) -> ContainerMachine | QemuMachine:
        if machine.kind is MachineKind.CONTAINER:
            return ContainerMachine(self.lab, machine.name, self.processes)
        return QemuMachine(self.lab, machine, self.processes)

    def _wait(self, command: str, machine: Machine, show: Show, limit_s: float) -> None:
        limit = ("--timeout", str(int(limit_s)))
        try:
            self.cli.follow(show, limit_s + START_S, command, machine.serial, *limit)
        except CommandError as error:
            console = self.machines[machine.name].console
            raise StageError(f"{error}\nlast lines of {console.path}:\n{console.tail()}") from error

    def _status(self, machine: Machine) -> dict[str, Any] | None:
        return self.cli.machine(machine.serial)

    def _has_reported(self, machine: Machine) -> bool:
        """Tell whether a machine is known; a server that is being restarted does not know yet."""
        try:
            return self._status(machine) is not None
        except CommandError as error:
            if error.status != UNREACHABLE_STATUS:
                raise
            return False

    def _runs(self, process: str) -> bool:
        return self.processes.find(process) is not None

    def _network(self, _show: Show) -> None:
        namespace.create(self.lab)

    def _proxy(self, _show: Show) -> None:
        self.lab.run_directory.mkdir(parents=True, exist_ok=True)
        mirror.start(self.lab, self.processes)

    def _server(self, show: Show) -> None:
        self.lab.run_directory.mkdir(parents=True, exist_ok=True)
        javascript.ensure(self.lab.shared)
        server.configure(self.lab, self.scenario.uefi_loader)
        server.make_authorities(self.lab)
        server.make_token(self.lab)
        show("starting")
        server.start(self.lab, self.processes)
        deadline = time.monotonic() + START_S
        while not self._server_answers():
            if time.monotonic() > deadline or not self._runs(server.PROCESS):
                log = self.processes.log_file(server.PROCESS)
                raise StageError(f"the server does not answer; its log is {log}")
            time.sleep(POLL_S / 10)

    def _server_answers(self) -> bool:
        return self._runs(server.PROCESS) and server.healthy(self.lab)

    def _administrator(self, _show: Show) -> None:
        self.password = server.make_administrator(self.lab)

    def _puppetserver_is_set_up(self) -> bool:
        return self.puppet.is_on and self.lab.puppet_ca_file.exists()

    def _puppetserver(self, show: Show) -> None:
        self.puppet.power_on()
        show("waiting for its system")
        deadline = time.monotonic() + START_S
        while not self.puppet.is_up:
            if time.monotonic() > deadline:
                raise StageError(f"the puppetserver's machine does not start:\n{self._why()}")
            time.sleep(POLL_S)
        show("setting it up and starting it")
        puppetserver.set_up(self.lab, self.puppet)

    def _why(self) -> str:
        log = self.processes.log_file(f"machine-{PUPPET_MACHINE.name}")
        return log.read_text()[-2000:] + self.puppet.console.tail()
