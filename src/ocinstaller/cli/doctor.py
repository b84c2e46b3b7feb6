"""`oci-doctor`: looks at everything that the server needs and says what to do.

Exit codes: 0 nothing is wrong; 1 something is; 2 wrong usage or configuration. Warnings alone end
with 0.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from oslo_config import cfg

from ocinstaller.actions.doctor import examine
from ocinstaller.actions.health import Check, Health
from ocinstaller.cli.admin import administrator_parser

_PROG = "oci-doctor"
_WRONG, _USAGE = 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run `oci-doctor`."""
    parser = administrator_parser(
        _PROG, "Looks at everything that the server needs and says what to do; changes nothing."
    )
    parser.epilog = "Exit codes: 0 nothing is wrong; 1 something is; 2 wrong usage."
    parser.add_argument("--json", action="store_true", help="print a list of objects")
    parser.add_argument(
        "--faults", action="store_true", help="print only warnings and what is wrong"
    )
    arguments = parser.parse_args(argv)
    try:
        found = examine(arguments.config)
    except (cfg.Error, OSError) as error:
        print(f"{_PROG}: {error}", file=sys.stderr)
        return _USAGE
    faults = [check for check in found if check.health in {Health.WARNING, Health.ERROR}]
    shown = faults if arguments.faults else found
    if arguments.json:
        print(json.dumps([asdict(check) for check in shown], indent=2))
    else:
        print("".join(_line(check) for check in shown), end="")
    return _WRONG if any(check.health is Health.ERROR for check in found) else 0


def _line(check: Check) -> str:
    advice = f"\n{'':9}→ {check.advice}" if check.advice else ""
    return f"{check.health:8} {check.subject}: {check.found}{advice}\n"


if __name__ == "__main__":
    sys.exit(main())
