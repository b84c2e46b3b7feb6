"""What a run shows without a terminal."""

import io

from ocinstaller.lab.display import Display, Row, table


def test_steps_appear_with_details_and_times():
    stream = io.StringIO()
    display = Display(stream)
    display.begin("image live")
    display.detail("packing")
    display.detail("packing")
    display.end(Row("image live", 12.34, "done"))
    assert stream.getvalue().splitlines() == [
        "image live …",
        "    packing",
        "image live: done after 12.3 s",
    ]


def test_table_adds_up():
    lines = table([Row("a", 1.0, "done"), Row("longer title", 2.5, "skipped")]).splitlines()
    assert lines[0].split() == ["stage", "seconds", "state"]
    assert lines[-1].split() == ["all", "3.5"]
    assert len({line.index(".") for line in lines[1:]}) == 1
