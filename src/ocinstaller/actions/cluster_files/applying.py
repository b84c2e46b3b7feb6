"""Makes the data base follow a cluster file, through the same use cases as single commands."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions import (
    cluster_details,
    clusters,
    machines,
    settings,
    site_roles,
    topology,
)
from ocinstaller.actions.cluster_files import network_files
from ocinstaller.actions.cluster_files.document import (
    ClusterDocument,
    ClusterFile,
    FileMachine,
    FileNetwork,
)
from ocinstaller.actions.cluster_files.writer import describe, used_locations, used_roles
from ocinstaller.actions.context import Installation
from ocinstaller.model.enrolment import settings_of_member
from ocinstaller.model.errors import Conflict, InvalidValue, OciError
from ocinstaller.model.settings import (
    CLUSTER_SETTINGS,
    MACHINE_SETTINGS,
    Setting,
    find,
    shown,
)
from ocinstaller.model.snapshot import ClusterSnapshot
from ocinstaller.model.text import Text
from ocinstaller.puppet.classification import check_count, check_deployable
from ocinstaller.store import queries, setting_rows, snapshots
from ocinstaller.store import site_roles as site_role_rows
from ocinstaller.store.tables import Cluster, Location, Network, SwiftRegion


def present(session: Session, name: str) -> ClusterSnapshot | None:
    """Return the cluster of this name as it is now; None when there is none yet."""
    row = session.scalar(select(Cluster).where(Cluster.name == name))
    return None if row is None else snapshots.cluster_snapshot(session, row)


def present_document(session: Session, cluster: ClusterSnapshot) -> ClusterDocument:
    """Return the document of a cluster as it is now."""
    regions = snapshots.location_regions(session, used_locations(cluster))
    return describe(cluster, regions, site_role_rows.purposes(session, used_roles(cluster)))


class Application:
    """One run of a file against the data base, within the caller's transaction."""

    def __init__(
        self, session: Session, oci: Installation, file: ClusterFile, *, rehearsal: bool
    ) -> None:
        """Prepare.

        :param rehearsal: enrol machines of roles that cannot be deployed too: only to see
        """
        self._session = session
        self._oci = oci
        self._file = file
        self._wanted = file.document
        self._name = file.document.cluster.name
        self._rehearsal = rehearsal
        # Kept from others until the transaction ends, so that what is compared is what is changed.
        session.execute(select(Cluster).where(Cluster.name == self._name).with_for_update())
        cluster = present(session, self._name)
        self._now = present_document(session, cluster) if cluster is not None else None

    def leaving(self) -> list[str]:
        """Return the serial numbers of the machines that the file takes out of their place."""
        if self._now is None:
            return []
        wanted = self._wanted.machines
        return [s for s, m in self._now.machines.items() if not _stays(m, wanted.get(s))]

    def run(self) -> None:
        """Make it so.

        :raises OciError: what the single command would be refused with, with file and line
        """
        self._roles()
        self._check_parts()
        self._places()
        for serial in self.leaving():
            with self._at("machines", *([serial] if serial in self._wanted.machines else [])):
                machines.remove(self._session, self._oci, serial)
        self._drop_networks()
        self._cluster()
        self._networks()
        self._machines()
        self._role_counts()
        self._session.flush()

    @contextmanager
    def _at(self, *path: str | int) -> Iterator[None]:
        try:
            yield
        except OciError as error:
            raise self._file.located(error, *path) from error

    def _check_parts(self) -> None:
        """Refuse addresses in networks that are not the cluster's, and what cannot be deployed."""
        roles = Counter(machine.role for machine in self._wanted.machines.values())
        for serial, machine in self._wanted.machines.items():
            with self._at("machines", serial, "role"):
                if not self._rehearsal and self._is_new(serial):
                    check_deployable(machine.role)
                    check_count(machine.role, roles[machine.role])
            for network in machine.addresses:
                if network not in self._wanted.networks:
                    where = self._file.where("machines", serial, "addresses", network)
                    raise InvalidValue(
                        where, network, ", ".join(self._wanted.networks) or Text("none")
                    )

    def _is_new(self, serial: str) -> bool:
        return self._now is None or serial not in self._now.machines

    def _roles(self) -> None:
        now = site_role_rows.purposes(self._session, set(self._wanted.site_roles))
        for name, role in self._wanted.site_roles.items():
            with self._at("site_roles", name):
                if name not in now:
                    site_roles.create_role(self._session, name, role.purpose)
                elif now[name] != role.purpose:
                    site_roles.change_purpose(self._session, name, role.purpose)

    def _places(self) -> None:
        regions = set(self._session.scalars(select(SwiftRegion.name)))
        for number, name in enumerate(self._wanted.swift_regions):
            if name not in regions:
                with self._at("swift_regions", number):
                    topology.create_swift_region(self._session, name)
                regions.add(name)
        present_regions = snapshots.location_regions(self._session, set(self._wanted.locations))
        for name, location in self._wanted.locations.items():
            with self._at("locations", name):
                self._location(name, location.swift_region, present_regions.get(name))

    def _location(self, name: str, region: str, present_region: str | None) -> None:
        if present_region is None:
            topology.create_location(self._session, name, region)
        elif present_region != region:
            raise Conflict(
                Text(
                    "location {name} is in Swift region {present_region}",
                    name=name,
                    present_region=present_region,
                ),
                field="swift_region",
                value=region,
                allowed=present_region,
            )

    def _drop_networks(self) -> None:
        """Give back networks that are not in the file; those that differ are made anew."""
        if self._now is None:
            return
        for name, network in self._now.networks.items():
            wanted = self._wanted.networks.get(name)
            if wanted is not None and _same_use(wanted, network):
                continue
            with self._at("networks", *([name] if wanted else [])):
                topology.release_network(self._session, name)
                if wanted is not None and not _same_addresses(wanted, network):
                    topology.delete_network(self._session, name)
        self._session.flush()

    def _cluster(self) -> None:
        wanted = self._wanted.cluster
        with self._at("cluster"):
            if self._now is None:
                clusters.create_cluster(self._session, self._oci, wanted.name, wanted.domain)
            elif self._now.cluster.domain != wanted.domain:
                raise Conflict(
                    Text(
                        "the domain of cluster {name} is {domain}",
                        name=wanted.name,
                        domain=self._now.cluster.domain,
                    ),
                    field="domain",
                    value=wanted.domain,
                    allowed=Text(
                        "{domain}: host names and certificates hold it",
                        domain=self._now.cluster.domain,
                    ),
                )
        now = self._now.cluster.settings if self._now else {}
        self._settings(
            ("cluster",),
            CLUSTER_SETTINGS,
            wanted.settings,
            now,
            lambda texts: settings.change_cluster_settings(
                self._session, self._oci, wanted.name, texts
            ),
        )

        self._log_hosts()

    def _log_hosts(self) -> None:
        wanted = {
            (host.hostname, host.port): number
            for number, host in enumerate(self._wanted.cluster.filebeat_output_hosts)
        }
        there = cluster_details.list_filebeat_hosts(self._session, self._name)
        now = {(host.hostname, host.port) for host in there}
        for host in now - wanted.keys():
            cluster_details.remove_filebeat_host(self._session, self._name, *host)
        for host, number in wanted.items():
            if host not in now:
                with self._at("cluster", "filebeat_output_hosts", number):
                    cluster_details.add_filebeat_host(self._session, self._name, *host)

    def _role_counts(self) -> None:
        """Raise the last numbers to those of the file; a number that was used stays used."""
        there = cluster_details.list_role_counts(self._session, self._name)
        now = {counter.role: counter.count for counter in there}
        for role, count in self._wanted.cluster.role_counts.items():
            if role not in now or not 0 <= count <= now[role]:
                with self._at("cluster", "role_counts", role):
                    cluster_details.set_role_count(self._session, self._name, role, count)

    def _settings(
        self,
        path: tuple[str, ...],
        known: Mapping[str, Setting],
        wanted: Mapping[str, str],
        now: Mapping[str, str],
        change: Callable[[settings.Texts], object],
    ) -> None:
        """Make settings those of the file; what it does not name returns to its default.

        :param path: of their owner in the file
        :param now: those that are there and not at their default
        """
        given: dict[str, str | None] = {}
        for name, text in wanted.items():
            with self._at(*path, "settings", name):
                setting = find(known, name)
                if setting.of_state:
                    raise InvalidValue("setting", name, Text("a setting that follows no state"))
                setting.parse(text)
                given[setting.name] = text
        with self._at(*path, "settings"):
            change({**dict.fromkeys(now.keys() - given.keys()), **given})

    def _networks(self) -> None:
        query = select(Network.name, Cluster.name).outerjoin(Network.cluster)
        owners = dict(self._session.execute(query).tuples().all())
        for name, network in self._wanted.networks.items():
            joins = owners.get(name) != self._name
            with self._at("networks", name):
                if name not in owners:
                    self._create_network(name, network)
                if joins:
                    self._check_network(name, network)
            # Before machines and virtual addresses get theirs.
            with self._at("networks", name, "reservations"):
                network_files.keep_back(self._session, name, network)
            with self._at("networks", name):
                if joins:
                    self._join_network(name, network)
                network_files.follow(self._session, self._oci, name, network)
        self._session.flush()

    def _join_network(self, name: str, network: FileNetwork) -> None:
        network_files.prepare(self._session, self._oci, name, network)
        topology.assign_network(
            self._session,
            self._oci,
            name,
            self._name,
            network.role,
            network.iface1,
            network.iface2,
        )

    def _create_network(self, name: str, network: FileNetwork) -> None:
        topology.create_network(
            self._session,
            name,
            network.ip,
            network.cidr,
            network.location,
            is_public=network.is_public,
        )
        self._session.flush()

    def _check_network(self, name: str, wanted: FileNetwork) -> None:
        """Refuse to take a network of this name that exists already but is another."""
        row = queries.network(self._session, name)
        location = self._session.get_one(Location, row.location_id).name
        there = (row.ip, row.cidr, location, row.is_public)
        if there != (wanted.ip, wanted.cidr, wanted.location, wanted.is_public):
            raise Conflict(
                Text(
                    "network {name} exists as {ip}/{cidr} at {location}, {what}",
                    name=name,
                    ip=row.ip,
                    cidr=row.cidr,
                    location=location,
                    what="public" if row.is_public else "private",
                ),
                field="network",
                value=name,
                allowed=Text(
                    "the same, or another name; network-delete removes one that is not used"
                ),
            )

    def _machines(self) -> None:
        """Enrol in the order of the file, but network machines first.

        They decide whether controllers are connected to the tenants' networks.
        """
        now = self._now.machines if self._now else {}
        ordered = sorted(self._wanted.machines.items(), key=lambda item: item[1].role != "network")
        for serial, machine in ordered:
            if serial not in now or not _stays(now[serial], machine):
                with self._at("machines", serial):
                    self._enrol(serial, machine)
            self._machine_settings(serial, machine)

    def _machine_settings(self, serial: str, machine: FileMachine) -> None:
        row = queries.machine(self._session, serial)
        stored = setting_rows.of_machine(self._session, row.id)
        now = {n: shown(v) for n, v in stored.items() if not MACHINE_SETTINGS[n].secret}
        base = {n: shown(v) for n, v in settings_of_member(machine.role).items()}
        wanted = {**base, **machine.settings}
        if wanted != now:
            self._settings(
                ("machines", serial),
                MACHINE_SETTINGS,
                wanted,
                now,
                lambda texts: settings.change_machine_settings(
                    self._session, self._oci, serial, texts
                ),
            )

    def _enrol(self, serial: str, machine: FileMachine) -> None:
        view = machines.join(
            self._session,
            self._oci,
            serial,
            self._name,
            machine.role,
            machine.location,
            machine.addresses.get,
        )
        unused = machine.addresses.keys() - {address.network for address in view.addresses}
        if unused:
            given = ", ".join(address.network for address in view.addresses)
            raise InvalidValue("addresses", ", ".join(sorted(unused)), given)


def _stays(now: FileMachine, wanted: FileMachine | None) -> bool:
    """Tell whether a machine may stay: addresses that the file does not name are as they are."""
    if wanted is None or (now.role, now.location) != (wanted.role, wanted.location):
        return False
    return all(now.addresses.get(name) == ip for name, ip in wanted.addresses.items())


def _same_use(one: FileNetwork, other: FileNetwork) -> bool:
    """Tell whether a network can become like another without leaving the cluster."""
    return _same_addresses(one, other) and (one.role, one.vip_usage) == (
        other.role,
        other.vip_usage,
    )


def _same_addresses(one: FileNetwork, other: FileNetwork) -> bool:
    return (one.ip, one.cidr, one.location, one.is_public) == (
        other.ip,
        other.cidr,
        other.location,
        other.is_public,
    )
