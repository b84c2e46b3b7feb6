"""Ends what the lab started: exactly that, and all of it."""

import threading
from collections.abc import Callable

from ocinstaller.lab import blockdev, mirror, namespace, server
from ocinstaller.lab.layout import PUPPET_MACHINE, Lab, MachineKind
from ocinstaller.lab.stages import Line

SHUTDOWN_S = 45.0


def stop(lab: Lab, show: Callable[[str], None]) -> None:
    """Shut the machines down, end the processes, remove the network.

    What is on disk stays: disks, database, images. A later run starts from there.
    """
    line = Line(lab)
    _shut_machines_down(line, show)
    for process in (server.PROCESS, mirror.PROCESS):
        if line.processes.find(process) is not None:
            show(f"ending the {process}")
            line.processes.stop(process)
    line.processes.stop_all()
    namespace.remove(lab)
    for machine in line.scenario.machines:
        if machine.kind is MachineKind.CONTAINER:
            for number in (machine.loop_number, *machine.data_loop_numbers):
                blockdev.forget(number)


def _shut_machines_down(line: Line, show: Callable[[str], None]) -> None:
    """Press all power buttons at once and wait for all machines together."""
    machines = [*line.machines.items(), (PUPPET_MACHINE.name, line.puppet)]
    threads = []
    for name, machine in machines:
        if machine.is_on:
            show(f"shutting {name} down")
            threads.append(
                threading.Thread(target=machine.shut_down, kwargs={"grace_s": SHUTDOWN_S})
            )
            threads[-1].start()
    for thread in threads:
        thread.join()
