"""The output formats of `ocicli`: cliff's own, without a search for those of other packages.

To find its formats cliff reads the entry points of every installed distribution, for each command
anew; that was a tenth of the time of a command.
"""

from importlib.metadata import EntryPoint

from cliff.formatters.base import Formatter
from cliff.formatters.commaseparated import CSVLister
from cliff.formatters.json_format import JSONFormatter
from cliff.formatters.shell import ShellFormatter
from cliff.formatters.table import TableFormatter
from cliff.formatters.value import ValueFormatter
from cliff.formatters.yaml_format import YAMLFormatter
from stevedore import ExtensionManager
from stevedore.extension import Extension

_OF_BOTH: dict[str, type[Formatter]] = {
    "json": JSONFormatter,
    "table": TableFormatter,
    "value": ValueFormatter,
    "yaml": YAMLFormatter,
}
OF_A_LIST = _OF_BOTH | {"csv": CSVLister}
OF_ONE = _OF_BOTH | {"shell": ShellFormatter}


def manager(formats: dict[str, type[Formatter]]) -> "ExtensionManager[Formatter]":
    """Return formats as what cliff would have found.

    The constructor's name is stevedore's; it is the one that takes extensions instead of searching.
    """
    return ExtensionManager.make_test_instance([_extension(n, formats[n]) for n in sorted(formats)])


def _extension(name: str, cls: type[Formatter]) -> "Extension[Formatter]":
    place = EntryPoint(name, f"{cls.__module__}:{cls.__name__}", "cliff.formatter")
    return Extension(name, place, cls, cls())
