"""The house explains itself: dependencies point down, and fast commands stay fast."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from ocinstaller.cli.table import COMMANDS

SOURCE = Path(__file__).parent.parent / "src" / "ocinstaller"

ALLOWED = {
    "model": set(),
    "store": {"model"},
    "pki": {"model"},
    "images": {"model"},
    "boot": {"model"},
    "puppet": {"model"},
    "agent": {"model"},
    "drivers": {"model", "boot"},
    "actions": {"model", "store", "pki", "images", "boot", "puppet", "drivers"},
    "api": {"model", "store", "images", "boot", "puppet", "actions"},
    "web": {"model", "actions", "api"},
    "cli": {"actions", "api", "web", "drivers", "model"},
}
SHARED = {"files", "settings"}


def imports_of(file: Path) -> set[str]:
    """Return the rooms that a module imports."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("ocinstaller.")}


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_dependencies_point_down(room: str) -> None:
    for file in (SOURCE / room).rglob("*.py"):
        rooms = imports_of(file) - {room}
        allowed = ALLOWED[room] | (SHARED if room not in {"model", "agent"} else set())
        assert rooms <= allowed, f"{file} imports {rooms - allowed}"


def test_every_room_has_its_rule() -> None:
    rooms = {place.name for place in SOURCE.iterdir() if (place / "__init__.py").exists()}
    assert rooms - {"lab"} == set(ALLOWED)


def test_model_needs_no_input_or_output() -> None:
    forbidden = {"os", "subprocess", "socket", "pathlib", "sqlalchemy", "http", "urllib", "shutil"}
    for file in (SOURCE / "model").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            assert not {name.split(".")[0] for name in names} & forbidden, file


def loaded_by(module: str) -> set[str]:
    """Return the modules that importing `module` loads, in a fresh interpreter."""
    code = f"import sys, {module}; print('\\n'.join(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(run.stdout.split())


def test_ocicli_loads_no_server_module() -> None:
    for command in sorted({entry.module for entry in COMMANDS}):
        loaded = loaded_by(f"ocinstaller.cli.app, ocinstaller.cli.commands.{command}")
        assert not loaded & {"sqlalchemy", "fastapi", "pydantic", "oslo_config"}
        assert not any(name.startswith("ocinstaller.actions") for name in loaded)


def test_node_classifier_loads_the_standard_library_only() -> None:
    loaded = loaded_by("ocinstaller.puppet.enc_client")
    assert not loaded & {"yaml", "pydantic", "cryptography", "sqlalchemy"}


def test_modules_stay_readable() -> None:
    for file in SOURCE.rglob("*.py"):
        lines = len(file.read_text().splitlines())
        assert lines <= 400, f"{file} has {lines} lines"
