"""Clusters as files: what is written can be read, applied and applied again."""

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from ocinstaller.actions.cluster_files.applying import Application
from ocinstaller.actions.cluster_files.document import ClusterFile
from ocinstaller.actions.cluster_files.reader import TEXT_LIMIT, read
from ocinstaller.actions.cluster_files.usecases import export_cluster, plan_file
from ocinstaller.actions.context import Installation
from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.roles import ROLES

LOCATIONS = ("zone-1", "zone-2")

machines = st.lists(
    st.tuples(st.sampled_from([role.name for role in ROLES]), st.sampled_from(LOCATIONS)),
    max_size=8,
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, object]:
    """Return a cluster file that can be applied to machines SERIAL0001 to SERIAL0008."""
    networks = {
        "int-1": ("10.1.0.0", "zone-1", False, "all"),
        "int-2": ("10.2.0.0", "zone-2", False, "all"),
        "public": ("203.0.113.0", "zone-1", True, "controller"),
        "tenants": ("10.3.0.0", "zone-1", False, "vm-net"),
        "storage": ("10.4.0.0", "zone-2", False, "ceph-cluster"),
        "bridge": ("10.5.0.0", "zone-1", False, "ovs-bridge"),
    }
    optional = draw(st.sets(st.sampled_from(["public", "tenants", "storage", "bridge"])))
    shown = {name: n for name, n in networks.items() if name.startswith("int") or name in optional}
    roles = draw(machines)
    order = draw(st.permutations(range(1, len(roles) + 1)))
    return {
        "swift_regions": ["region-1"],
        "locations": {name: {"swift_region": "region-1"} for name in LOCATIONS},
        "cluster": {
            "name": "cloud",
            "domain": "example.com",
            "settings": draw(
                st.sampled_from([{}, {"time_server_host": "ntp.example.com"}, {"region_name": "R2"}])
            ),
        },
        "networks": {
            name: {
                "ip": ip, "cidr": 24, "location": location, "is_public": public,
                "role": role, "iface1": draw(st.sampled_from(["eth0", "eth1"])),
            }
            | draw(st.sampled_from([
                {},
                {"vlan": 7, "mtu": 9000},
                {"gateway": "none"} | ({"bridge_name": "br-ex"} if name == "bridge" else {}),
                {"gateway": ip[:-1] + "2", "last_ip": ip[:-1] + "200"},
                {"ipmi_match_addr": "10.66.0.0", "ipmi_match_cidr": 24},
            ]))
            for name, (ip, location, public, role) in shown.items()
        },
        "machines": {
            f"SERIAL{number:04d}": {"role": role, "location": location}
            | draw(st.sampled_from([{}, {"settings": {"notes": "x", "use_gpu": "yes"}}]))
            for number, (role, location) in zip(order, roles, strict=True)
        },
    }  # fmt: skip


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(document=documents())
def test_export_is_what_was_applied(
    oci: Installation, serials: list[str], document: dict[str, object]
) -> None:
    """Each example is rehearsed: undone when it ends, so that the next one starts with nothing."""

    def apply(session: Session, text: str) -> str:
        plan_file(session, oci, ClusterFile("cloud.yaml", text))
        again = plan_file(session, oci, ClusterFile("cloud.yaml", text))
        assert again == []
        exported = export_cluster(session, "cloud")
        assert plan_file(session, oci, ClusterFile("cloud.yaml", exported)) == []
        return exported

    text = yaml.safe_dump(document, sort_keys=False)
    exported = oci.store.rehearse(lambda session: apply(session, text))
    assert oci.store.rehearse(lambda session: apply(session, exported)) == exported
    shown = yaml.safe_load(exported)
    for machine in shown["machines"].values():
        assert machine.pop("addresses")
    for network in shown["networks"].values():
        assert network.pop("iface2") == "none"
    assert shown == document


ENTRY = "cluster: {name: cloud, domain: example.com}\n"

REFUSED = [
    ("cluster:\n  name: cloud\n  domian: example.com\n", "f.yaml:3: cluster.domian.*did you mean domain"),
    (ENTRY + "machins: {}\n", "f.yaml:2: machins.*did you mean machines"),
    (ENTRY + "machines:\n  S1:\n    rol: x\n", "f.yaml:4: machines.S1.rol.*did you mean role"),
    (ENTRY + "machines:\n  S1:\n    role: x\n", "f.yaml:3: machines.S1.location.*needed"),
    (ENTRY + "cluster: {}\n", "f.yaml:2: 'cluster'.*each key once .it is in line 1"),
    ("", "cluster.*needed"),
    ("[]", "f.yaml:1"),
    ("just a text", "f.yaml:1"),
    ("a: &x 1\nb: *x\n", "f.yaml:1.*anchor or alias"),
    ("cluster: !!python/object/apply:os.system [id]\n", "f.yaml:1.*without tags"),
    ("a: 1\n---\nb: 1\n", "f.yaml:2.*one document"),
    ("a: [[[[[[[[[1]]]]]]]]]\n", "at most 8 levels"),
    ("? [a]\n: 1\n", "a list or mapping as a key"),
    ("a: [1,\n", "f.yaml:2.*well-formed"),
    ("a: \x00", "f.yaml"),
    ("x" * (TEXT_LIMIT + 1), f"at most {TEXT_LIMIT} bytes"),
    ("[" + "1," * 60_000 + "]", "at most 50000 entries"),
    (ENTRY + "networks:\n  n:\n    cidr: x\n", "f.yaml:"),
    (ENTRY + "networks: {n: {is_public: no, ip: 1.0.0.0, cidr: x, location: z, role: all, iface1: e}}", "cidr: 'x'.*a whole number"),
    (ENTRY + "swift_regions: {a: b}\n", "f.yaml:2: swift_regions"),
    (ENTRY + "swift_regions:\n- [a]\n", "f.yaml:3: swift_regions.0"),
    ("cluster:\n  name: cloud\n  domain: x\n  settings: [a]\n", "f.yaml:4: cluster.settings.*a mapping of keys"),
    (ENTRY + "networks: {n: {is_public: maybe, ip: 1.0.0.0, cidr: 8, location: z, role: all, iface1: e}}", "maybe.*yes or no"),
    (ENTRY + "machines: {S: ~}", "machines.S: '~'.*a mapping of keys"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=range(len(REFUSED)))
def test_malformed_files_are_refused_with_their_place(text: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        ClusterFile("f.yaml", text)


@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>#\"' \n?,%"), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read("f.yaml", text)
    except InvalidValue as error:
        assert error.field.startswith("f.yaml")


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    bomb = "a: &a [x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)},*{chr(97 + n)}]\n" for n in range(20)
    )
    with pytest.raises(InvalidValue, match="f.yaml:1"):
        read("f.yaml", bomb)


def test_empty_sections_comments_and_spellings_are_understood() -> None:
    text = (
        "# ours\ncluster:\n  name: cloud # short\n  domain: example.com\n  settings:\n"
        "networks:\n  n: {ip: 10.0.0.0, cidr: 24, location: z, is_public: no, role: all, iface1: eth0}\n"
        "machines:\n  0123: {role: custom, location: z}\n"
    )
    document = ClusterFile("f.yaml", text).document
    assert document.networks["n"].is_public is False
    assert list(document.machines) == ["0123"]


def test_a_file_for_a_cluster_that_differs_only_lists_what_leaves(
    oci: Installation, serials: list[str]
) -> None:
    document = ENTRY + (
        "swift_regions: [r]\nlocations: {z: {swift_region: r}}\n"
        "networks:\n  n: {ip: 10.0.0.0, cidr: 24, location: z, is_public: no, role: all, iface1: eth0}\n"
    )
    full = document + "machines:\n  SERIAL0001: {role: custom, location: z}\n"

    def work(session: Session) -> list[str]:
        plan_file(session, oci, ClusterFile("f.yaml", full))
        file = ClusterFile("f.yaml", document)
        return Application(session, oci, file, rehearsal=True).leaving()

    assert oci.store.rehearse(work) == ["SERIAL0001"]
