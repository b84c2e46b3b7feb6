"""Our writer of tables and the one of cliff cannot be told apart."""

import io
from argparse import Namespace

import pytest
from cliff.formatters.table import TableFormatter
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.cli.plain_table import PlainTable

CELL = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=12), st.just("plain"))


class Unused:
    """A usual formatter that must not be asked."""

    def emit_list(self, *_: object) -> None:
        raise AssertionError("asked the usual formatter")


def printed(formatter: object, rows: list[tuple[object, ...]], **options: object) -> str:
    out = io.StringIO()
    parsed = Namespace(**{"max_width": 0, "fit_width": False, "print_empty": False} | options)
    names = tuple(f"column {number}" for number in range(len(rows[0]) if rows else 2))
    formatter.emit_list(names, rows, out, parsed)
    return out.getvalue()


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.tuples(*[CELL] * width), min_size=0, max_size=6)
    )
)
def test_both_print_the_same(rows: list[tuple[object, ...]]) -> None:
    usual = TableFormatter()
    assert printed(PlainTable(usual), rows) == printed(usual, rows)


def test_plain_rows_are_printed_by_ours() -> None:
    assert "| SERIAL1  | None     |" in printed(PlainTable(Unused()), [("SERIAL1", None)])


@pytest.mark.parametrize("options", [{"max_width": 20}, {"fit_width": True}])
def test_limits_of_width_are_left_to_the_usual_one(options: dict[str, object]) -> None:
    with pytest.raises(AssertionError, match="usual"):
        printed(PlainTable(Unused()), [("SERIAL1", "x" * 80)], **options)
