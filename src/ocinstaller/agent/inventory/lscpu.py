"""Processors from `lscpu`."""

import re

from pydantic import BaseModel

from ocinstaller.agent.errors import CollectorError
from ocinstaller.agent.inventory.source import Source, clip, understand
from ocinstaller.model.hardware import Cpu

ARGV = ("lscpu", "--json")
TIMEOUT_S = 20.0

_MARKETED_CLOCK = re.compile(r"@ (\d{1,2}\.\d{1,2})GHz", re.ASCII)


class _Field(BaseModel):
    field: str
    data: str | None = None
    children: list["_Field"] = []


class _Answer(BaseModel):
    lscpu: list[_Field]


@understand
def parse(text: str) -> Cpu:
    """Understand the list of fields; newer versions nest it.

    :raises CollectorError: not lscpu's JSON, or without the number of processors
    """
    known: dict[str, str] = {}
    todo = list(reversed(_Answer.model_validate_json(text).lscpu))
    while todo:
        item = todo.pop()
        known.setdefault(item.field.rstrip(":"), item.data or "")
        todo.extend(reversed(item.children))
    threads = _number(known, "CPU(s)")
    if not threads:
        raise CollectorError("the number of processors is missing")
    sockets = _number(known, "Socket(s)") or 1
    return Cpu(
        vendor=clip(known.get("Vendor ID")),
        model=clip(known.get("Model name")),
        mhz=_clock(known),
        sockets=sockets,
        cores=sockets * (_number(known, "Core(s) per socket") or 1),
        threads=threads,
    )


def collect(source: Source) -> Cpu:
    """Run lscpu."""
    return parse(source.run(ARGV, TIMEOUT_S))


def _number(known: dict[str, str], field: str) -> int:
    value = known.get(field, "")
    return int(value) if re.fullmatch(r"[0-9]{1,6}", value) else 0


def _clock(known: dict[str, str]) -> int:
    """The clock in MHz that the model's name carries, else the highest one, else 0."""
    if marketed := _MARKETED_CLOCK.search(known.get("Model name", "")):
        return round(float(marketed[1]) * 1000)
    highest = re.match(r"[0-9]{1,5}", known.get("CPU max MHz", ""))
    return int(highest[0]) if highest else 0
