"""`oci-lab`: a data centre on one host."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ocinstaller.lab import namespace, run, saved, scenario, stop, verify
from ocinstaller.lab.container import ContainerMachine
from ocinstaller.lab.display import Display
from ocinstaller.lab.errors import LabError, StageError
from ocinstaller.lab.layout import PUPPET_MACHINE, Lab
from ocinstaller.lab.qemu import QemuMachine
from ocinstaller.lab.stages import Line

DEFAULT_NAME = "oci-lab"
DEFAULT_DIRECTORY = Path(".state")
CONSOLE_LINES = 50


def main(argv: Sequence[str] | None = None) -> int:
    """Run `oci-lab`."""
    arguments = _parser().parse_args(argv)
    if os.geteuid() != 0:
        print("oci-lab: namespaces, mounts and virtual machines need root", file=sys.stderr)
        return 1
    directory = arguments.directory.resolve()
    lab = Lab(arguments.name, directory, (arguments.shared or directory).resolve())
    work: Callable[[Lab, argparse.Namespace], None] = arguments.work
    try:
        work(lab, arguments)
    except (LabError, OSError, ValueError) as error:
        print(f"oci-lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("oci-lab: interrupted; make run goes on, make stop ends it", file=sys.stderr)
        return 130
    return 0


def _up(lab: Lab, arguments: argparse.Namespace) -> None:
    if arguments.scenario:
        with run.exclusive(lab):
            scenario.choose(lab, arguments.scenario)
    run.run(lab, Display())


def _save(lab: Lab, arguments: argparse.Namespace) -> None:
    with run.exclusive(lab):
        saved.save(lab, arguments.state, print)


def _restore(lab: Lab, arguments: argparse.Namespace) -> None:
    with run.exclusive(lab):
        saved.restore(lab, arguments.state, print)


def _stop(lab: Lab, _arguments: argparse.Namespace) -> None:
    with run.exclusive(lab):
        stop.stop(lab, print)


def _status(lab: Lab, _arguments: argparse.Namespace) -> None:
    line = Line(lab)
    for name, identity in line.processes.running().items():
        print(f"{name:<20} process {identity.pid}")
    if not line.processes.running():
        print("nothing runs")


def _verify(lab: Lab, _arguments: argparse.Namespace) -> None:
    results = Line(lab).verify(lambda result: print(result, flush=True))
    failed = [result.title for result in results if result.state == verify.FAILED]
    if failed:
        raise StageError(f"the cloud fails: {', '.join(failed)}")


def _power(lab: Lab, arguments: argparse.Namespace) -> None:
    line = Line(lab)
    wanted = line.scenario.machine(arguments.machine)
    machine = line.machines[wanted.name]
    if arguments.action in ("off", "cycle"):
        machine.power_off()
    if arguments.action in ("on", "cycle"):
        line.power_on(wanted)
    if arguments.action == "reset":
        if isinstance(machine, QemuMachine):
            machine.reset()
        else:
            machine.power_off()
            machine.power_on()


def _network(lab: Lab, arguments: argparse.Namespace) -> None:
    wanted = scenario.current(lab).machine(arguments.machine)
    namespace.plug(lab, wanted, connected=arguments.action == "connect")


def _console(lab: Lab, arguments: argparse.Namespace) -> None:
    line = Line(lab)
    machine = (
        line.puppet
        if arguments.machine == PUPPET_MACHINE.name
        else line.machines[line.scenario.machine(arguments.machine).name]
    )
    print(machine.console.tail(arguments.lines))


def _exec(lab: Lab, arguments: argparse.Namespace) -> None:
    line = Line(lab)
    found = {**line.machines, PUPPET_MACHINE.name: line.puppet}.get(arguments.machine)
    if not isinstance(found, ContainerMachine):
        raise ValueError(f"machine {arguments.machine!r} is no container of the lab")
    print(found.execute(*arguments.command, timeout_s=arguments.timeout), end="")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="oci-lab", description="A data centre on one host.")
    parser.add_argument(
        "--directory", type=Path, default=DEFAULT_DIRECTORY, help="where it lives (%(default)s)"
    )
    parser.add_argument(
        "--shared", type=Path, help="where images and packages are kept (default: --directory)"
    )
    parser.add_argument("--name", default=DEFAULT_NAME, help="its network namespace (%(default)s)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("up", help="bring everything up, from where it is")
    command.add_argument(
        "--scenario",
        help=f"{', '.join(scenario.known())}, or a file ending in .yaml; when the lab is made "
        f"(default: {scenario.DEFAULT})",
    )
    command.set_defaults(work=_up)
    command = commands.add_parser("stop", help="end everything that was started")
    command.set_defaults(work=_stop)
    command = commands.add_parser("status", help="show what runs")
    command.set_defaults(work=_status)
    command = commands.add_parser("verify", help="use the deployed cloud as its users do")
    command.set_defaults(work=_verify)
    command = commands.add_parser("power", help="press a machine's buttons")
    command.add_argument("action", choices=["on", "off", "reset", "cycle"])
    command.add_argument("machine")
    command.set_defaults(work=_power)
    command = commands.add_parser(
        "network", help="pull a machine's network cables, or plug them in"
    )
    command.add_argument("action", choices=["cut", "connect"])
    command.add_argument("machine")
    command.set_defaults(work=_network)
    command = commands.add_parser("save", help="keep the state of a stopped lab under a name")
    command.add_argument("state")
    command.set_defaults(work=_save)
    command = commands.add_parser("restore", help="put a stopped lab into a state that was kept")
    command.add_argument("state")
    command.set_defaults(work=_restore)
    command = commands.add_parser("console", help="show the end of a machine's console")
    command.add_argument("machine")
    command.add_argument("--lines", type=int, default=CONSOLE_LINES)
    command.set_defaults(work=_console)
    command = commands.add_parser("exec", help="run a command on a container machine")
    command.add_argument("--timeout", type=float, default=600, help="seconds (%(default)s)")
    command.add_argument("machine")
    command.add_argument("command", nargs=argparse.REMAINDER)
    command.set_defaults(work=_exec)
    return parser


if __name__ == "__main__":
    sys.exit(main())
