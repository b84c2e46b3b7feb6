"""The table of a plan: the same change of many machines is one row."""

from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.cli.folding import folded, shortened, summary


def change(subject: str, item: str = "keystone", after: object = "runs") -> dict[str, object]:
    return {"section": "service", "subject": subject, "item": item, "before": None, "after": after}


def host(role: str, number: int) -> str:
    return f"cloud-{role}-{number}.example.com"


def test_machines_of_a_role_share_a_row() -> None:
    changes = [change(host("controller", n)) for n in (1, 2, 3, 5)]
    changes += [change(host("controller", 4), after="runs elsewhere"), change(host("compute", 1))]
    changes.append(change("cloud", "API address"))
    assert [(row["subject"], row["after"]) for row in folded(changes)] == [
        ("cloud-controller-[1-3,5].example.com", "runs"),
        ("cloud-controller-4.example.com", "runs elsewhere"),
        ("cloud-compute-1.example.com", "runs"),
        ("cloud", "runs"),
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(1, 9), st.sampled_from("xy")), unique=True
    )
)
def test_no_machine_is_lost(given_: list[tuple[str, int, str]]) -> None:
    changes = [change(host(role, number), item) for role, number, item in given_]
    found = set()
    for row in folded(changes):
        before, _, rest = row["subject"].removeprefix("cloud-").partition("-")
        for span in rest.partition(".")[0].strip("[]").split(","):
            first, _, last = span.partition("-")
            found |= {(before, n, row["item"]) for n in range(int(first), int(last or first) + 1)}
    assert found == set(given_)


def test_long_values_are_cut_and_everything_is_counted() -> None:
    rows = [change("cloud", "a", ["x" * 99]), change("cloud", "b", "short")]
    long, short = (shortened(row)["after"] for row in rows)
    assert len(long) == 60 and long.endswith("…") and short == "short"
    machine = {"section": "machine", "subject": "m", "before": None, "after": "x"}
    rows += [machine | {"item": "role"}, machine | {"item": "location"}]
    assert summary(rows) == "service 2, machine 1"
