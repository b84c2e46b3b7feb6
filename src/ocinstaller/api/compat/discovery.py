"""Actions on racking and hardware profiles."""

from sqlalchemy.orm import Session

from ocinstaller.actions import discovery
from ocinstaller.api.compat.action import Action, Call, Transaction
from ocinstaller.api.compat.kinds import SERIAL, TEXT
from ocinstaller.api.compat.parameters import Parameter

_MACHINE = Parameter("serial", SERIAL, aliases=("machine_serial",))
_MEMORY_WHATEVER = {"min": 0, "max": 0}
"""What the client shows of a profile that does not look at the memory."""


def _guess_racking(session: Session, call: Call) -> object:
    return str(discovery.guess_racking(session, call.oci, call["serial"]))


def _rack(session: Session, call: Call) -> None:
    discovery.rack(session, call.oci, call["serial"])


def _profiles(_session: Session, call: Call) -> object:
    return {
        name: {"product-name": [], "ram": _MEMORY_WHATEVER}
        | profile.model_dump(mode="json", by_alias=True, exclude_unset=True)
        for name, profile in discovery.hardware_profiles(call.oci).root.items()
    }


def _guess_profile(session: Session, call: Call) -> object:
    found = discovery.guess_profile(session, call.oci, call["serial"])
    explained = call.values.get("debug")
    reasons = (f"{name}: {reason}" for name, reason in found.rejected.items())
    return [*found.profiles, *(reasons if explained else ())]


def _add(session: Session, call: Call) -> None:
    discovery.enrol_by_profile(session, call.oci, call["serial"])


ACTIONS: tuple[Action, ...] = (
    Transaction(
        "machine_guess_racking",
        ("GET", "/v1/machines/{name}/racking"),
        (_MACHINE,),
        _guess_racking,
        "refused, with the reason, when nothing follows",
    ),
    Transaction("machine_auto_rack", ("POST", "/v1/machines/{name}/racking"), (_MACHINE,), _rack),
    Transaction("profile_list", ("GET", "/v1/hardware-profiles"), (), _profiles),
    Transaction(
        "machine_guessed_profile",
        ("GET", "/v1/machines/{name}/profile"),
        (_MACHINE, Parameter("debug", TEXT, needed=False)),
        _guess_profile,
    ),
    Transaction(
        "machine_auto_add",
        ("POST", "/v1/machines/{name}/automatic-enrolment"),
        (_MACHINE,),
        _add,
        "refused when several profiles fit",
    ),
)
