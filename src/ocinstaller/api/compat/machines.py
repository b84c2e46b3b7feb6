"""Actions on machines."""

from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import addresses, bmc_orders, installation, installation_plans, machines
from ocinstaller.actions.settings import change_machine_settings
from ocinstaller.api.compat import columns, machine_rows
from ocinstaller.api.compat.action import Action, Call, Transaction
from ocinstaller.api.compat.kinds import ADDRESS, NAME, SERIAL, TEXT
from ocinstaller.api.compat.parameters import Parameter
from ocinstaller.model import installation_text
from ocinstaller.model.errors import InvalidValue, NotFound
from ocinstaller.store import queries
from ocinstaller.store.tables import Machine

_MACHINE = Parameter("serial", SERIAL, aliases=("machine_serial",))
_LOG_LINES = 80
_SET = ("PATCH", "/v1/machines/{name}/settings")
_SHOW = ("GET", "/v1/machines/{name}")

FILTERS = (*columns.MACHINE, *columns.MACHINE_LIST)
"""The columns that `machine_list` can filter by."""


def _list(session: Session, call: Call) -> object:
    return machine_rows.machine_list(session, _filter(call.values.get("filter", "")))


def _filter(text: str) -> dict[str, str]:
    """Return which columns have to have which values, from `column=value,column=value`."""
    wanted = {}
    for part in filter(None, text.split(",")):
        name, equals, value = part.partition("=")
        if not equals or name not in FILTERS:
            raise InvalidValue("filter", part, f"COLUMN=VALUE with one of {', '.join(FILTERS)}")
        wanted[name] = value
    return wanted


def _show(session: Session, call: Call) -> object:
    return machine_rows.machine_detail(session, queries.machine(session, call["serial"]))


def _show_hostname(session: Session, call: Call) -> object:
    machine = session.scalar(select(Machine).where(Machine.hostname == call["hostname"]))
    if machine is None:
        raise NotFound("machine", call["hostname"], "the host names of machine-list")
    return machine_rows.machine_row(session, machine)


def _status(session: Session, call: Call) -> object:
    query = select(Machine).where(Machine.ipaddr == call["ipaddr"])
    machine = session.scalar(query.order_by(Machine.last_seen.desc()).limit(1))
    if machine is None:
        raise NotFound("machine at the address", call["ipaddr"], "the addresses of machine-list")
    return machine_rows.machine_row(session, machine)


def _block_devices(session: Session, call: Call) -> object:
    machine = queries.machine(session, call["serial"])
    return {"blks": machine_rows.block_device_rows(machine)}


def _addresses(session: Session, call: Call) -> object:
    return machine_rows.address_rows(queries.machine(session, call["serial"]))


def _add_address(session: Session, call: Call) -> None:
    addresses.add_address(session, call.oci, call["serial"], call["network_name"], call["ip_addr"])


def _remove_address(session: Session, call: Call) -> None:
    addresses.remove_address(session, call["serial"], call["ip_addr"])


def _set(session: Session, call: Call) -> None:
    change_machine_settings(session, call.oci, call["serial"], call.settings())


def _set_bmc(session: Session, call: Call) -> None:
    _set(session, call)
    if call.sent.get("perform_ipmitool_cmd") == "yes":
        bmc_orders.apply(session, call.oci, call["serial"])


def _add(session: Session, call: Call) -> None:
    machines.enrol(
        session,
        call.oci,
        call["serial"],
        call["cluster_name"],
        call["role_name"],
        call["location_name"],
        call.values.get("fixed_ip"),
    )


def _remove(session: Session, call: Call) -> None:
    machines.remove(session, call.oci, call["serial"])


def _destroy(session: Session, call: Call) -> None:
    machines.destroy(session, call["serial"])


def _replace(session: Session, call: Call) -> None:
    machines.replace(session, call["old_serial"], call["new_serial"])


def _reset_report_counter(session: Session, call: Call) -> None:
    machines.reset_report_counter(session, call["serial"])


def _install(session: Session, call: Call) -> object:
    view = installation.request_installation(session, call.oci, call["serial"])
    return f"Machine {view.serial} installs its system as {view.hostname} at its next report."


def _plan(session: Session, call: Call) -> object:
    plan = installation_plans.plan_installation(session, call.oci, call["serial"])
    return installation_text.text(asdict(plan))


def _install_log(session: Session, call: Call) -> object:
    lines = machines.install_log_tail(session, call["serial"], _LOG_LINES)
    if not lines:
        return "No log: nothing was installed on this machine yet."
    return "\n".join(f"{line.step}: {line.text}" for line in lines)


ACTIONS: tuple[Action, ...] = (
    Transaction(
        "machine_list",
        ("GET", "/v1/machines"),
        (Parameter("filter", TEXT, needed=False),),
        _list,
        "times are UTC",
    ),
    Transaction("machine_show", _SHOW, (_MACHINE,), _show, "times are UTC"),
    Transaction(
        "machine_show_from_hostname", _SHOW, (Parameter("hostname", NAME),), _show_hostname
    ),
    Transaction("get_machine_status", _SHOW, (Parameter("ipaddr", ADDRESS),), _status),
    Transaction(
        "machine_blk",
        _SHOW,
        (_MACHINE,),
        _block_devices,
        "name and realdev are both the kernel's name",
    ),
    Transaction(
        "machine_set",
        _SET,
        (_MACHINE,),
        _set,
        "further parameters are [settings](settings.md); an unknown one is refused",
    ),
    Transaction(
        "machine_set_ipmi",
        _SET,
        (_MACHINE,),
        _set_bmc,
        "stores the settings; with perform_ipmitool_cmd=yes the live system's agent "
        "programs them at its next report",
    ),
    Transaction("machine_ip_list", _SHOW, (_MACHINE,), _addresses),
    Transaction(
        "machine_ip_add",
        ("POST", "/v1/machines/{name}/addresses"),
        (_MACHINE, Parameter("network_name", NAME), Parameter("ip_addr", ADDRESS)),
        _add_address,
        "the network has to be of the machine's cluster, and the machine without address in it",
    ),
    Transaction(
        "machine_ip_remove",
        ("DELETE", "/v1/machines/{name}/addresses/{ip}"),
        (_MACHINE, Parameter("ip_addr", ADDRESS)),
        _remove_address,
    ),
    Transaction(
        "machine_add",
        ("PUT", "/v1/machines/{name}/enrolment"),
        (
            _MACHINE,
            Parameter("cluster_name", NAME),
            Parameter("role_name", NAME),
            Parameter("location_name", NAME),
            Parameter("fixed_ip", ADDRESS, needed=False),
        ),
        _add,
    ),
    Transaction(
        "machine_remove",
        ("DELETE", "/v1/machines/{name}/enrolment"),
        (_MACHINE,),
        _remove,
        "an installed machine starts the live system next",
    ),
    Transaction(
        "machine_destroy",
        ("DELETE", "/v1/machines/{name}"),
        (_MACHINE,),
        _destroy,
        "refused while the machine belongs to a cluster",
    ),
    Transaction(
        "machine_replace",
        ("POST", "/v1/machines/{name}/replacement"),
        (Parameter("old_serial", SERIAL), Parameter("new_serial", SERIAL)),
        _replace,
        "the new machine has to run the live system and to belong to no cluster; it is to be "
        "installed then, whatever the old one's Puppet status",
    ),
    Transaction(
        "machine_report_counter_reset",
        ("DELETE", "/v1/machines/{name}/report-counter"),
        (_MACHINE,),
        _reset_report_counter,
    ),
    Transaction(
        "machine_install_os",
        ("POST", "/v1/machines/{name}/installation"),
        (_MACHINE,),
        _install,
        "the machine begins with its next report; it has to run this server's live system",
    ),
    Transaction(
        "machine_display_install_cmd",
        ("GET", "/v1/machines/{name}/installation/plan"),
        (_MACHINE,),
        _plan,
        "what the installation would do to disks and network: this server writes images, there is "
        "no builder command",
    ),
    Transaction(
        "machine_install_log",
        ("GET", "/v1/machines/{name}/installation/log"),
        (_MACHINE,),
        _install_log,
        "the log of the installation, whatever the status; Puppet's log stays on the machine",
    ),
)
