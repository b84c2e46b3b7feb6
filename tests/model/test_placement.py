"""Placement over all combinations of role counts: rules, totality, consistency."""

from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.model.placement.inputs import CLUSTER_INPUTS
from ocinstaller.model.placement.placing import Placement, explain_machine, place, place_machine
from ocinstaller.model.roles import ROLES
from ocinstaller.model.services import SERVICES
from ocinstaller.model.settings import CLUSTER_SETTINGS, Kind
from ocinstaller.model.snapshot import ClusterSnapshot
from tests.model.worlds import cluster, machine

ROLE_NAMES = [role.name for role in ROLES]

counts = st.fixed_dictionaries({}, optional={name: st.integers(0, 4) for name in ROLE_NAMES})
settings = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(["yes", "no", True, False])
        if CLUSTER_SETTINGS[name].kind is Kind.BOOLEAN
        else st.sampled_from(["", "object.example.com"])
        for name in CLUSTER_INPUTS
    },
)
clusters = st.builds(
    lambda numbers, hyper, values: cluster(numbers, hyper_converged=hyper, **values),
    counts,
    st.integers(0, 4),
    settings,
)


def choices(placement: Placement) -> dict[str, str]:
    return {decision.subject: decision.choice for decision in placement.decisions}


def running(placement: Placement, service: str) -> list[str]:
    return [m.role for m in placement.machines if service in m.services]


def on(world: ClusterSnapshot, name: str) -> bool:
    return world.setting(name) in (True, "yes")


def osds(world: ClusterSnapshot) -> int:
    own = sum(m.settings.get("compute_is_cephosd") == "yes" for m in world.machines)
    return world.counts["cephosd"] + own


@given(clusters)
def test_decisions_are_total_and_have_reasons(world: ClusterSnapshot) -> None:
    placement = place(world)
    assert place(world) == placement
    for decision in (*placement.decisions, *placement.services):
        assert decision.choice and decision.reason, decision
    assert [d.subject for d in placement.services] == [service.name for service in SERVICES]
    assert len({d.subject for d in placement.decisions}) == len(placement.decisions)
    assert len(placement.machines) == len(world.machines)


@given(clusters)
def test_a_single_machine_is_explained_as_it_is_placed(world: ClusterSnapshot) -> None:
    placed = {m.hostname: m for m in place(world).machines}
    for member in world.machines:
        assert place_machine(world, member) == placed[member.hostname]
        explained = explain_machine(world, member)
        runs = {d.subject.removeprefix("service ") for d in explained if d.choice == "runs"}
        assert runs == set(placed[member.hostname].services)
        assert all(decision.reason for decision in explained)


@given(clusters)
def test_a_service_runs_nowhere_but_where_its_table_says(world: ClusterSnapshot) -> None:
    allowed = {service.name: {place.role for place in service.places} for service in SERVICES}
    for placed in place(world).machines:
        assert len(set(placed.services)) == len(placed.services)
        assert all(placed.role in allowed[name] for name in placed.services)


@given(clusters)
def test_what_every_role_must_run(world: ClusterSnapshot) -> None:
    always = {
        "controller": {"keystone", "horizon", "haproxy", "corosync", "memcached"},
        "messaging": {"rabbitmq-notifications", "haproxy", "corosync", "memcached"},
        "sql": {"mariadb"},
        "compute": {"nova-compute", "libvirtd", "neutron-openvswitch-agent"},
        "network": {"neutron-l3-agent", "neutron-dhcp-agent", "neutron-metadata-agent"},
        "cephosd": {"ceph-osd"},
        "cephmon": {"ceph-mon", "ceph-mgr"},
        "billosd": {"billing-ceph-osd"},
        "billmon": {"billing-ceph-mon"},
        "swiftproxy": {"swift-proxy"},
        "swiftstore": {"swift-account", "swift-container", "swift-object"},
        "dns": {"bind"},
    }
    for placed in place(world).machines:
        assert always.get(placed.role, set()) <= set(placed.services)


@given(clusters)
def test_services_that_move_are_in_exactly_one_place(world: ClusterSnapshot) -> None:
    placement, n = place(world), world.counts
    assert set(running(placement, "mariadb")) == (
        {"sql"} if n["sql"] else {"controller"} if n["controller"] else set()
    )
    dedicated = (
        {"cephmon"}
        if n["cephmon"]
        else {"controller"}
        if n["controller"] and osds(world)
        else set()
    )
    assert set(running(placement, "ceph-mon")) == dedicated
    assert len(set(running(placement, "gnocchi-api"))) <= 1
    dhcp = set(running(placement, "neutron-dhcp-agent"))
    if n["network"]:
        assert dhcp == {"network"}
    elif n["compute"]:
        assert dhcp == {"compute", *(["controller"] if n["controller"] else [])}
    assert len(running(placement, "swift-object-expirer")) == min(1, n["swiftproxy"])


@given(clusters)
def test_a_back_end_is_chosen_only_when_machines_for_it_exist(world: ClusterSnapshot) -> None:
    placement, n = place(world), world.counts
    chosen = choices(placement)
    external = on(world, "extswift_use_external")
    cloud = n["controller"] and n["compute"]
    for subject in ("Glance images", "Cinder volumes", "Cinder backups", "Gnocchi measures"):
        choice = chosen[subject]
        assert choice in {
            "none", "file", "lvm", "ceph", "ceph and lvm", "billing ceph", "swift", "external swift",
        }  # fmt: skip
        assert cloud or choice == "none"
        assert "ceph" not in choice.split() or choice == "billing ceph" or osds(world)
        assert choice != "billing ceph" or n["billosd"]
        assert "lvm" not in choice or n["volume"]
        assert choice != "swift" or n["swiftstore"]
        assert choice != "external swift" or external
    for subject, choice in chosen.items():
        role, _, rest = choice.partition(" ")
        if rest == "machines" and role in ROLE_NAMES:
            assert n[role], (subject, choice)


@given(clusters)
def test_back_ends_and_services_agree(world: ClusterSnapshot) -> None:
    placement = place(world)
    chosen = choices(placement)
    for subject, service in (
        ("Glance images", "glance-api"),
        ("Cinder volumes", "cinder-api"),
        ("Cinder volumes", "cinder-volume"),
        ("Cinder backups", "cinder-backup"),
        ("Gnocchi measures", "gnocchi-api"),
        ("telemetry", "gnocchi-api"),
        ("Ceph", "ceph-osd"),
        ("Ceph monitors", "ceph-mon"),
        ("billing Ceph", "billing-ceph-osd"),
        ("network agents", "neutron-l3-agent"),
        ("data base", "mariadb"),
        ("Ceph object gateway", "radosgw"),
        ("Ironic", "ironic-api"),
        ("object expirer", "swift-object-expirer"),
    ):
        assert (chosen[subject] == "none") == (not running(placement, service)), (subject, service)
    assert (chosen["Swift"] == "own") == (
        bool(running(placement, "swift-object")) and not on(world, "extswift_use_external")
    )


@given(clusters)
def test_the_rules_for_images_and_backups(world: ClusterSnapshot) -> None:
    n, chosen = world.counts, choices(place(world))
    if not (n["controller"] and n["compute"]):
        return
    swift = "external swift" if on(world, "extswift_use_external") else "swift"
    own = bool(n["swiftstore"] and n["swiftproxy"])
    has_swift = own or swift == "external swift"
    order = [("ceph", osds(world)), (swift, has_swift)]
    if not on(world, "glance_prefer_ceph_over_swift"):
        order.reverse()
    assert chosen["Glance images"] == next((name for name, there in order if there), "file")


@given(clusters)
def test_images_in_files_are_served_by_the_controller_that_has_them(world: ClusterSnapshot) -> None:
    placement = place(world)
    serving = [m.hostname for m in placement.machines if "glance-api" in m.services]
    chosen = choices(placement)
    if chosen["Glance images"] == "file":
        assert serving == [chosen["first master"]]
    elif chosen["Glance images"] != "none":
        assert len(serving) == world.counts["controller"]


@given(clusters, st.sampled_from(ROLE_NAMES))
def test_more_machines_never_take_a_back_end_away(world: ClusterSnapshot, role: str) -> None:
    before = choices(place(world))
    more = dict(world.counts) | {role: world.counts[role] + 1}
    hyper = osds(world) - world.counts["cephosd"]
    after = choices(place(cluster(more, hyper_converged=hyper, **world.settings)))
    for subject in (
        "Glance images",
        "Cinder volumes",
        "Cinder backups",
        "Ceph",
        "Swift",
        "telemetry",
        "Gnocchi measures",
    ):
        assert before[subject] == "none" or after[subject] != "none", subject


def test_leaders_are_chosen_by_flag_then_by_number() -> None:
    world = cluster({"controller": 11, "sql": 10, "messaging": 2, "swiftproxy": 10})
    chosen = choices(place(world))
    assert chosen["first master"] == "cloud-controller-1.example.com"
    assert chosen["first SQL server"] == "cloud-sql-1.example.com"
    assert chosen["first notification queue"] == "cloud-messaging-1.example.com"
    assert chosen["object expirer"] == "cloud-swiftproxy-1.example.com"
    heirs = ClusterSnapshot(
        "cloud", "example.com", (machine("controller", 10), machine("controller", 2))
    )
    assert choices(place(heirs))["first master"] == "cloud-controller-2.example.com"


def test_hyper_converged_machines_wait_for_the_controllers() -> None:
    world = cluster({"controller": 3, "compute": 2}, hyper_converged=1)
    first, second = world.of_role("compute")
    by_subject = {d.subject: d.choice for d in explain_machine(world, first)}
    assert by_subject["hyper-converged"] == "OSDs only for now"
    assert by_subject["ephemeral disks"] == "ceph"
    assert by_subject["service ceph-osd"] == "runs"
    by_subject = {d.subject: d.choice for d in explain_machine(world, second)}
    assert by_subject["hyper-converged"] == "no"
    assert by_subject["ephemeral disks"] == "local"
    assert choices(place(world))["Ceph monitors"] == "controllers"


def test_reasons_name_settings_and_numbers() -> None:
    world = cluster(
        {"controller": 1, "compute": 2, "swiftstore": 3, "swiftproxy": 1},
        glance_prefer_ceph_over_swift="no",
    )
    decision = next(d for d in place(world).decisions if d.subject == "Glance images")
    assert decision.choice == "swift"
    assert "3 swiftstore machines" in decision.reason
    assert {fact.name: fact.value for fact in decision.because}["swiftstore"] == 3


def test_the_table_of_services_is_sound() -> None:
    assert len({service.name for service in SERVICES}) == len(SERVICES)
    for service in SERVICES:
        roles = [place.role for place in service.places]
        assert set(roles) <= set(ROLE_NAMES)
        assert len(set(roles)) == len(roles), service.name
        for port in service.ports:
            assert 0 < port.number < 65536
            assert port.last is None or port.number < port.last < 65536
