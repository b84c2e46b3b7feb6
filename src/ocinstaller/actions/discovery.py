"""What follows from a hardware report by the site's documents: rack, profile, enrolment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import machines, site_documents
from ocinstaller.actions.context import Installation
from ocinstaller.actions.settings import change_machine_settings
from ocinstaller.actions.views import MachineView
from ocinstaller.model import profiles, racking
from ocinstaller.model.errors import Conflict
from ocinstaller.model.hardware import HardwareReport
from ocinstaller.model.profiles import HardwareProfiles, Match
from ocinstaller.model.racking import RackingMap, RackPlace
from ocinstaller.model.text import Text, joined
from ocinstaller.store import queries
from ocinstaller.store.tables import Machine

_CLUSTER_OPTION = "auto_add_machines_cluster_name"


@dataclass(frozen=True)
class ProfileView:
    """A hardware profile; memory in GiB, None where it does not matter."""

    name: str
    role: str
    product_names: list[str]
    ram_min: float | None
    ram_max: float | None


@dataclass(frozen=True)
class GuessedProfile:
    """The hardware profiles that fit a machine, and why each of the others does not."""

    machine: str
    profiles: list[str]
    rejected: Mapping[str, str]


@dataclass(frozen=True)
class Fit:
    """A machine without a cluster, and which of the site's documents speak of it."""

    serial: str
    product_name: str
    profiles: list[str]
    rejected: Mapping[str, str]
    """Why each of the other profiles does not fit."""
    place: str
    """Where it is racked, or why nothing follows; only of a racking map."""


def guess_racking(session: Session, oci: Installation, name: str) -> RackPlace:
    """Return where a machine is racked, by its neighbours on the network.

    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: nothing follows from what the machine reported and the racking map says
    """
    file = Path(oci.conf.auto_racking.map_file)
    report = _report(session, name)
    return racking.guess(report, site_documents.read(file, RackingMap, "map_file"))


def rack(session: Session, oci: Installation, name: str) -> RackPlace:
    """Store where a machine is racked, by its neighbours on the network.

    :raises OciError: as `guess_racking`, and as `change_machine_settings`
    """
    place = guess_racking(session, oci, name)
    change_machine_settings(session, oci, name, place.settings())
    return place


def hardware_profiles(oci: Installation) -> HardwareProfiles:
    """Return the site's hardware profiles.

    :raises Conflict: there is no such document, or it is malformed
    """
    file = Path(oci.conf.auto_provision.profiles_file)
    return site_documents.read(file, HardwareProfiles, "profiles_file")


def list_profiles(oci: Installation) -> list[ProfileView]:
    """Return the site's hardware profiles, in their order.

    :raises Conflict: as `hardware_profiles`
    """
    return [
        ProfileView(
            name=name,
            role=profile.role,
            product_names=list(profile.product_names),
            ram_min=profile.ram.min if profile.ram else None,
            ram_max=profile.ram.max if profile.ram else None,
        )
        for name, profile in hardware_profiles(oci).root.items()
    ]


def guess_profile(session: Session, oci: Installation, name: str) -> GuessedProfile:
    """Return which hardware profiles a machine fits.

    :raises NotFound: no machine has this serial number or host name
    :raises Conflict: as `hardware_profiles`
    """
    report = _report(session, name)
    found = profiles.match(report, hardware_profiles(oci))
    return GuessedProfile(report.serial, list(found.fitting), found.rejected)


def fits(session: Session, oci: Installation, limit: int) -> list[Fit]:
    """Return which profiles the machines without a cluster fit, by serial number.

    :raises Conflict: as `hardware_profiles`
    """
    return fits_of(session, hardware_profiles(oci), limit)


def fits_of(session: Session, document: BaseModel, limit: int) -> list[Fit]:
    """Return what a document that is tried out says of the machines without a cluster."""
    query = (
        select(Machine.hardware)
        .where(Machine.cluster_id.is_(None))
        .order_by(Machine.serial)
        .limit(limit)
    )
    reports = [HardwareReport.model_validate(hardware) for hardware in session.scalars(query)]
    return [_fit(report, document) for report in reports]


def _fit(report: HardwareReport, document: BaseModel) -> Fit:
    found = Match((), {})
    place = ""
    if isinstance(document, HardwareProfiles):
        found = profiles.match(report, document)
    elif isinstance(document, RackingMap):
        try:
            place = str(racking.guess(report, document))
        except Conflict as error:
            place = error.message
    return Fit(report.serial, report.product.name, list(found.fitting), found.rejected, place)


def enrol_by_profile(session: Session, oci: Installation, name: str) -> MachineView:
    """Enrol a machine with its profile's role and settings, where its neighbours say that it is.

    :raises Conflict: it fits no profile or several, its location does not follow from its
        neighbours, or the configuration names no cluster
    :raises OciError: as `machines.enrol` and `change_machine_settings`
    """
    cluster = oci.conf.auto_provision.auto_add_machines_cluster_name
    if not cluster:
        raise Conflict(
            Text(
                "the configuration names no cluster: {cluster_option} of [auto_provision] is empty",
                cluster_option=_CLUSTER_OPTION,
            ),
            field=_CLUSTER_OPTION,
            allowed=Text("the name of a cluster: see cluster-list"),
        )
    profile = _the_profile(session, oci, name)
    chosen = hardware_profiles(oci).root[profile]
    place = guess_racking(session, oci, name)
    if not place.location:
        raise Conflict(
            Text("the racking map names no location for the switch: {reason}", reason=place.reason),
            field="location-name",
            allowed=Text("the name of a location: see location-list"),
        )
    machines.enrol(session, oci, name, cluster, chosen.role, place.location)
    wanted = place.settings() | profiles.settings_of(profile, chosen)
    change_machine_settings(session, oci, name, wanted)
    return machines.show_machine(session, name).machine


def _the_profile(session: Session, oci: Installation, name: str) -> str:
    found = guess_profile(session, oci, name)
    if len(found.profiles) != 1:
        why = joined(
            "; ",
            (
                Text("{profile}: {reason}", profile=profile, reason=reason)
                for profile, reason in found.rejected.items()
            ),
        )
        fitting = ", ".join(found.profiles)
        raise Conflict(
            (
                Text(
                    "machine {machine} fits several hardware profiles: {fitting}",
                    machine=found.machine,
                    fitting=fitting,
                )
                if found.profiles
                else Text(
                    "machine {machine} fits no hardware profile ({why})",
                    machine=found.machine,
                    why=why or Text("there are none"),
                )
            ),
            field="profile",
            value=fitting,
            allowed=Text("a machine that fits exactly one: see machine-guessed-profile -d"),
        )
    return found.profiles[0]


def _report(session: Session, name: str) -> HardwareReport:
    return HardwareReport.model_validate(queries.machine(session, name).hardware)
