"""Arrays and volume groups of the system, and the device of each of its file systems.

A power cut may leave any of them half made. What carries this plan's identifiers and is whole is
used again, with all that it holds; anything else is made anew.
"""

from pathlib import Path

from ocinstaller.agent.errors import CommandError, InstallError
from ocinstaller.agent.install import esp, layout, lvm
from ocinstaller.agent.install.context import Context
from ocinstaller.agent.install.device import DEV, partition_nodes
from ocinstaller.agent.install.layout import Device, OnArray, OnVolume
from ocinstaller.model.plan import Array, InstallPlan, TargetFile, VolumeGroup

TIMEOUT_S = 120.0
MD = DEV / "md"
MAPPER = DEV / "mapper"
MDADM_CONF = "/etc/mdadm/mdadm.conf"

_HOME_HOST = "any"
"""Of mdadm(8): every host takes the array for its own and so gives it the name that it carries."""


def node(context: Context, device: Device) -> Path:
    """Return the device node of a part of the plan."""
    if isinstance(device, OnArray):
        return MD / device.label
    if isinstance(device, OnVolume):
        return mapped(device)
    count = len(context.plan.storage.disks[device.disk].partitions)
    return partition_nodes(context.disks[device.disk], count, context.run)[device.number]


def mapped(volume: OnVolume) -> Path:
    """Return the node of a volume; device mapper separates the names by a hyphen and doubles it
    inside of them."""
    return MAPPER / f"{volume.group.replace('-', '--')}-{volume.name.replace('-', '--')}"


def build(context: Context) -> None:
    """Start the plan's arrays and volumes, making those that are not whole."""
    for array in context.plan.storage.arrays:
        _array(context, array)
    for group in context.plan.storage.groups:
        _group(context, group)


def target_files(plan: InstallPlan) -> tuple[TargetFile, ...]:
    """Return what the installed system has to know of its arrays."""
    if not plan.storage.arrays:
        return ()
    lines = ["HOMEHOST <system>", "MAILADDR root"]
    for array in plan.storage.arrays:
        lines.append(f"ARRAY {MD / array.label} metadata=1.2 UUID={_array_uuid(plan, array)}")
    conf = TargetFile(path=MDADM_CONF, content="".join(f"{line}\n" for line in lines))
    return (conf, *esp.target_files(plan))


def _array_uuid(plan: InstallPlan, array: Array) -> str:
    """Return the array's UUID as mdadm spells it."""
    text = layout.identifier(plan, f"array-{array.label}").hex
    return ":".join(text[start : start + 8] for start in range(0, len(text), 8))


def _array(context: Context, array: Array) -> None:
    members = [node(context, member) for member in layout.members(context.plan, array.label)]
    uuid = _array_uuid(context.plan, array)
    place = MD / array.label
    if all(_facts(context, "--examine", member).get("MD_UUID") == uuid for member in members):
        if _assemble(context, place, members):
            context.log(f"array {array.label} of this plan is there already")
            return
        context.log(f"array {array.label} is not whole and is made anew")
    for member in members:
        context.run(("wipefs", "--all", "--force", str(member)), TIMEOUT_S)
    context.stream(
        (
            *("mdadm", "--create", str(place), "--run", "--quiet"),
            *(f"--name={array.label}", f"--homehost={_HOME_HOST}", f"--uuid={uuid}"),
            *(f"--level={array.level.value}", f"--raid-devices={len(members)}"),
            *("--metadata=1.2", "--bitmap=internal", *map(str, members)),
        ),
        TIMEOUT_S,
    )


def _assemble(context: Context, place: Path, members: list[Path]) -> bool:
    """Start an array; tell whether all of its members take part, and stop it otherwise."""
    try:
        context.run(
            ("mdadm", "--assemble", "--run", str(place), *map(str, members)),
            TIMEOUT_S,
        )
    except CommandError as error:
        context.log(str(error), "warning")
        return False
    facts = _facts(context, "--detail", place)
    active = [key for key in facts if key.startswith("MD_DEVICE_") and key.endswith("_ROLE")]
    roles = {facts[key] for key in active}
    if roles == {str(number) for number in range(len(members))}:
        return True
    context.run(("mdadm", "--stop", str(place)), TIMEOUT_S)
    return False


def _facts(context: Context, about: str, device: Path) -> dict[str, str]:
    """Return what mdadm says of a device in its export format; nothing when it knows nothing."""
    try:
        text = context.run(("mdadm", about, "--export", str(device)), TIMEOUT_S)
    except CommandError:
        return {}
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def _group(context: Context, group: VolumeGroup) -> None:
    device = layout.group_device(context.plan, group.label)
    below = node(context, device)
    visible = lvm.Visible(context.run, (below,))
    tag = f"oci-{context.plan.plan_id}"
    if tag in visible.tags(group.name):
        context.log(f"volume group {group.name} of this plan is there already")
    else:
        _refuse_namesake(context, group, device)
        context.run(("wipefs", "--all", "--force", str(below)), TIMEOUT_S)
        visible.create_group(group.name, tag)
    for volume in group.volumes:
        if volume.name not in visible.volumes(group.name):
            visible.create_volume(group.name, volume.name, volume.size_mib)
    visible.activate(group.name)
    context.log(f"volume group {group.name} is on {below}")


def _refuse_namesake(context: Context, group: VolumeGroup, device: Device) -> None:
    """Refuse a group of the same name on a disk that the plan does not erase.

    The installed system could not tell the two apart.
    """
    own = {str(node(context, member)) for member in layout.members(context.plan, group.label)}
    own |= {str(node(context, device)), str(node(context, device).resolve())}
    foreign = sorted(lvm.group_disks(context.run, group.name) - own)
    if foreign:
        raise InstallError(
            f"volume group {group.name} exists on {', '.join(foreign)}, which this plan does not "
            "erase; wipe that disk or take it out"
        )
