"""The letters of `machine-list`, which are other options everywhere else."""

import pytest

from ocinstaller.cli.letters import spelt_out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("machine-list -h", "machine-list --hardware"),
        ("machine-list -v -z", "machine-list --versions --zone"),
        ("machine-list -vsz", "machine-list --versions --states --zone"),
        ("machine-list -a", "machine-list --all"),
        ("machine-list --help", "machine-list --help"),
        ("machine-list -f json -s", "machine-list -f json --states"),
        ("machine-list -f status=live", "machine-list --filter status=live"),
        ("machine-list -o racking -r", "machine-list -o racking --racking"),
        ("machine-list -c serial", "machine-list -c serial"),
        ("-v machine-list -f", "-v machine-list -f"),
        ("-h", "-h"),
        ("machine-show -h", "machine-show -h"),
    ],
)
def test_they_become_long_options(typed: str, meant: str) -> None:
    assert spelt_out(typed.split()) == meant.split()
