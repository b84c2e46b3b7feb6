"""Carrying out a plan: steps as data, each remembered on the disk once it is done.

Whatever interrupts the installer, running it again gives the same system: steps that compare
plan and disk run always, the others once per plan.
"""

from dataclasses import dataclass
from threading import Event

from ocinstaller.agent.errors import CommandError, InstallError
from ocinstaller.agent.install import marker, mounts
from ocinstaller.agent.install.bootloader import bootloader
from ocinstaller.agent.install.check import check
from ocinstaller.agent.install.configure import configure
from ocinstaller.agent.install.context import Context, Machine, StepFunction, Write
from ocinstaller.agent.install.data import data
from ocinstaller.agent.install.filesystems import filesystems
from ocinstaller.agent.install.finish import finish
from ocinstaller.agent.install.partition import partition
from ocinstaller.agent.install.stores import stores
from ocinstaller.agent.install.unpack import unpack
from ocinstaller.model.plan import InstallPlan


@dataclass(frozen=True, slots=True)
class Step:
    """A step; `once` ones are skipped when the marker on the disk says that they are done."""

    name: str
    carry_out: StepFunction
    once: bool


STEPS = (
    Step("check", check, once=False),
    Step("partition", partition, once=False),
    Step("filesystems", filesystems, once=False),
    Step("data", data, once=True),
    Step("stores", stores, once=True),
    Step("unpack", unpack, once=True),
    Step("configure", configure, once=True),
    Step("bootloader", bootloader, once=True),
    Step("finish", finish, once=False),
)


def install(plan: InstallPlan, machine: Machine, write: Write, stop: Event) -> None:
    """Install the plan's system; when this returns, the disk is complete and unmounted.

    :raises InstallError: naming the step and the reason
    :raises Stopped: the agent was asked to stop; the next call continues
    """
    context = Context(plan, machine, write, stop)
    context.step = "prepare"
    mounts.unmount_below(machine.target, context.run)
    try:
        for step in STEPS:
            context.go_on()
            context.step = step.name
            _carry_out(step, context)
    except BaseException:
        _let_go(context)
        raise
    mounts.unmount_below(machine.target, context.run)


def _let_go(context: Context) -> None:
    """Unmount after a failure, whose reason must not be hidden by another."""
    try:
        mounts.unmount_below(context.target, context.run)
    except CommandError as error:
        context.log(str(error), "warning")


def _carry_out(step: Step, context: Context) -> None:
    done = marker.read(context.target, context.plan) if step.once else None
    if done is not None and step.name in done.completed:
        context.log("done before")
        return
    context.log("begins")
    try:
        step.carry_out(context)
    except (CommandError, OSError) as error:
        raise InstallError(f"step {step.name}: {error}") from error
    if done is not None:
        mounts.write_out(context.target, context.run)
        completed = (*done.completed, step.name)
        marker.write(context.target, done.model_copy(update={"completed": completed}))
