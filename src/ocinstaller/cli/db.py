"""`oci-db`: the administrator's work on the data base.

Exit codes: 0 done; 1 something is wrong with the data base or the request was refused; 2 wrong
usage; 3 the data base cannot be reached.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from oslo_config import cfg
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ocinstaller import settings
from ocinstaller.actions import database
from ocinstaller.model.errors import OciError, Unavailable

_PROG = "oci-db"
_REFUSED = 1
_UNREACHABLE = 3
_LARGE = 1000
"""Rows of a table from which on progress is worth a line."""


def _progress(table: str, done: int, total: int) -> None:
    if total >= _LARGE:
        end = "\n" if done == total else "\r"
        print(f"{table}: {done} of {total} rows", end=end, file=sys.stderr, flush=True)


def _check(engine: Engine, conf: cfg.ConfigOpts, _arguments: argparse.Namespace) -> int:
    faults = database.check(engine, Path(conf.server.state_dir) / "secrets.key")
    print("\n".join(faults) if faults else "the data base is sound")
    return _REFUSED if faults else 0


def _upgrade(engine: Engine, _conf: cfg.ConfigOpts, _arguments: argparse.Namespace) -> int:
    before, after = database.upgrade(engine)
    print(f"revision {after}" + (" already" if before == after else f", was {before or 'empty'}"))
    return 0


def _backup(engine: Engine, conf: cfg.ConfigOpts, arguments: argparse.Namespace) -> int:
    rows = database.back_up(engine, arguments.file, _progress)
    key = Path(conf.server.state_dir) / "secrets.key"
    print(f"{arguments.file}: {rows} rows; its secrets need {key}, keep that elsewhere")
    return 0


def _restore(engine: Engine, _conf: cfg.ConfigOpts, arguments: argparse.Namespace) -> int:
    rows = database.restore(engine, arguments.file, _progress)
    print(f"{rows} rows restored")
    return 0


_COMMANDS: dict[str, tuple[str, Callable[[Engine, cfg.ConfigOpts, argparse.Namespace], int]]] = {
    "check": ("tell whether schema, tables, references and secrets are sound", _check),
    "upgrade": ("bring the schema to this version's", _upgrade),
    "backup": ("write everything to a new file that every kind of data base can restore", _backup),
    "restore": ("fill an empty data base from a backup, all of it or nothing", _restore),
}
_WITH_FILE = frozenset({"backup", "restore"})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_PROG,
        description="Checks, upgrades, backs up and restores OCI's data base.",
        epilog="Exit codes: 0 done; 1 unsound or refused; 2 wrong usage; 3 not reachable.",
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=settings.DEFAULT_CONFIG,
        help="configuration file (%(default)s)",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (text, _) in _COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text)
        if name in _WITH_FILE:
            command.add_argument("file", type=Path, help="the backup (mode 0600)")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run `oci-db`."""
    arguments = _parser().parse_args(argv)
    try:
        conf = settings.load(arguments.config)
        with database.opened(settings.database_url(conf)) as engine:
            return _COMMANDS[arguments.command][1](engine, conf, arguments)
    except Unavailable as error:
        print(f"{_PROG}: {error}", file=sys.stderr)
        return _UNREACHABLE
    except (OciError, cfg.Error, OSError, SQLAlchemyError) as error:
        print(f"{_PROG}: {error}", file=sys.stderr)
        return _REFUSED


if __name__ == "__main__":
    sys.exit(main())
