"""What helps at the command line: examples, the manual page, completion."""

import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest

from ocinstaller.cli import letters, manual
from ocinstaller.cli.app import OciCli
from ocinstaller.cli.catalogue import described, listing_options
from ocinstaller.cli.completing import script
from ocinstaller.cli.examples import EXAMPLES
from ocinstaller.cli.table import COMMANDS
from ocinstaller.settings import DEFAULT_CONFIG

REPOSITORY = Path(__file__).parents[2]
FAKE = """\
ocicli() {
    case "$1" in
        machine-list) printf '%s\\n' 'SERIAL1 cloud-controller-1.example.com' 'SERIAL2 None' ;;
        cluster-list) echo cloud ;;
        network-list) printf '%s\\n' internal public ;;
    esac
}
"""


@pytest.fixture(scope="module")
def app() -> OciCli:
    return OciCli()


@pytest.fixture(scope="module")
def completion() -> str:
    return script(described())


@pytest.mark.parametrize("name", [entry.name for entry in COMMANDS])
def test_each_command_has_an_example_that_it_accepts(app: OciCli, name: str) -> None:
    program, *words = shlex.split(EXAMPLES[name])
    assert program == "ocicli"
    factory, found, arguments = app.command_manager.find_command(letters.spelt_out(words))
    assert found == name
    parser = factory(app, None, cmd_name=name).get_parser(f"ocicli {name}")
    parser.parse_args(arguments)
    assert EXAMPLES[name] in " ".join(parser.format_help().split())


def test_the_manual_page_tells_of_every_command_and_option() -> None:
    commands = described()
    page = manual.page(commands, listing_options()).replace("\\-", "-")
    for command in commands:
        assert f"\\fB{command.name}\\fR" in page
        assert command.summary in page
        for action in command.options:
            for flag in action.option_strings:
                assert f"\\fB{flag}\\fR" in page
    for line in page.splitlines():
        assert not line.startswith("'"), "man would take it as a request"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["machine-in"], {"machine-install-os", "machine-install-log"}),
        (["machine-show", ""], {"SERIAL1", "SERIAL2", "cloud-controller-1.example.com"}),
        (["machine-show", "cl"], {"cloud-controller-1.example.com"}),
        (["machine-show", "SERIAL1", ""], set()),
        (["cluster-show", ""], {"cloud"}),
        (["cluster-create", ""], set()),
        (["network-add", "internal", ""], {"cloud"}),
        (["network-add", "-f", "json", "int"], {"internal"}),
        (["machine-list", "--cluster", ""], {"cloud"}),
        (["machine-list", "-f", "j"], {"json"}),
        (["machine-list", "--clu"], {"--cluster"}),
        (["audit-list", "--result", ""], {"done", "refused"}),
        (["fly", ""], set()),
    ],
)
def test_completion_offers_what_fits(
    completion: str, typed: list[str], offered: set[str], tmp_path: Path
) -> None:
    file = tmp_path / "completion"
    words = " ".join(map(shlex.quote, ["ocicli", *typed]))
    file.write_text(
        f"{FAKE}\n{completion}\nCOMP_WORDS=({words}) COMP_CWORD={len(typed)}\n"
        "_ocicli\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n"
    )
    done = subprocess.run(
        ["bash", "-u", file], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""
    assert set(done.stdout.split()) == offered


def test_programs_that_people_call_and_their_file_have_manual_pages() -> None:
    scripts = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["scripts"]
    called_by_puppet = {"oci-puppet-external-node-classifier", "oci-puppet-autosign"}
    pages = {page.stem for page in (REPOSITORY / "docs/man").iterdir()}
    assert pages == set(scripts) - called_by_puppet | {DEFAULT_CONFIG.name}


@pytest.mark.parametrize("page", sorted((REPOSITORY / "docs/man").iterdir()), ids=lambda p: p.name)
def test_manual_pages_are_well_formed(page: Path) -> None:
    groff = ["groff", "-man", "-Kutf8", "-Tutf8", "-ww", str(page)]
    done = subprocess.run(groff, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert page.stem in done.stdout
