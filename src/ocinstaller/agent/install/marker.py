"""The installation's memory on the disk itself: which plan, and which of its steps are done."""

from pathlib import Path

from pydantic import BaseModel, ValidationError

from ocinstaller.agent.files import sync_directory, write_atomically
from ocinstaller.model.plan import InstallPlan

NAME = ".oci-install.json"
"""File in the root directory of the new system."""


class Marker(BaseModel):
    """Content of the file."""

    plan_id: str
    completed: tuple[str, ...] = ()


def read(target: Path, plan: InstallPlan) -> Marker | None:
    """Return the marker when it belongs to this plan."""
    try:
        marker = Marker.model_validate_json((target / NAME).read_bytes())
    except (OSError, ValidationError):
        return None
    return marker if marker.plan_id == plan.plan_id else None


def write(target: Path, marker: Marker) -> None:
    """Store the marker durably; what it vouches for must be on the disk already."""
    write_atomically(target / NAME, marker.model_dump_json().encode(), mode=0o644)


def remove(target: Path) -> None:
    """Forget what was done, so that the next attempt begins with new file systems."""
    (target / NAME).unlink(missing_ok=True)
    sync_directory(target)
