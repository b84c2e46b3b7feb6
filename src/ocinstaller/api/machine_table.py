"""Machines as a table with the columns that are asked for, below `/v1`."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from ocinstaller.actions import machine_table
from ocinstaller.actions.machine_table import MachineTable
from ocinstaller.api.auth import Oci
from ocinstaller.api.collections import MachineFilter
from ocinstaller.model.machine_columns import GROUPS, ORDERS

router = APIRouter(prefix="/v1", tags=["machines"])


def _one_of(names: list[str]) -> dict[str, Any]:
    """Return the schema's list of what is allowed; the use case refuses everything else."""
    return {"enum": names}


_Group = Annotated[str, Field(json_schema_extra=_one_of(list(GROUPS)))]


class MachineTableQuery(MachineFilter):
    """Which machines, in which order, and the groups of columns behind those that all have."""

    group: list[_Group] = Field(default=[], max_length=len(GROUPS))
    order: str = Field(default=next(iter(ORDERS)), json_schema_extra=_one_of(list(ORDERS)))


@router.get("/machine-table")
def show_machine_table(oci: Oci, query: Annotated[MachineTableQuery, Query()]) -> MachineTable:
    """Show the machines as a table: all of them, with the columns that are asked for."""
    with oci.store.read() as session:
        return machine_table.machine_table(session, query.group, query.order, query.wanted())
