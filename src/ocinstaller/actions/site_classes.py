"""The site's own Puppet classes and parameters: YAML files, merged into what machines receive.

The files and their places are those of the original. Each holds a mapping of classes, each class a
mapping of its parameters or nothing. What is more specific goes before what is more general,
parameter by parameter.
"""

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from oslo_config import cfg

from ocinstaller.actions.cluster_files.reader import Node, read
from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.text import Text

Classes = Mapping[str, Mapping[str, object]]

_CLASS = re.compile(r"(::)?[a-z][a-z0-9_]*(::[a-z][a-z0-9_]*)*")
_PARAMETER = re.compile(r"[a-z][a-z0-9_]*")
# Puppet's language reference, "Reserved words and acceptable names".
_OWN = "ocinstaller"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class SiteClasses:
    """The site's files, each read at most once in the life of the object."""

    def __init__(self, directory: Path) -> None:
        """Read nothing yet."""
        self._directory = directory
        self._known: dict[str, Classes] = {}

    def of(self, cluster: str, role: str, hostname: str) -> Classes:
        """Return the classes that the site gives a machine.

        :raises InvalidValue: naming file, line and key of what is wrong
        """
        merged: dict[str, dict[str, object]] = {}
        for place in places(cluster, role, hostname):
            for name, parameters in self._file(place).items():
                merged.setdefault(name, {}).update(parameters)
        return merged

    def _file(self, place: str) -> Classes:
        if place not in self._known:
            self._known[place] = load(self._directory / place)
        return self._known[place]


def places(cluster: str, role: str, hostname: str) -> tuple[str, ...]:
    """Return where a machine's files are, from the general to the specific."""
    own = f"clusters/{cluster}"
    return (
        "all.yaml",
        f"roles/{role}.yaml",
        f"nodes/{hostname}.yaml",
        f"{own}/all.yaml",
        f"{own}/roles/{role}.yaml",
        f"{own}/nodes/{hostname}.yaml",
    )


def directory_of(conf: cfg.ConfigOpts) -> Path:
    """Return where the site's files are."""
    return Path(conf.puppet.hiera_directory)


def present_files(directory: Path) -> list[Path]:
    """Return all files of the site that some machine could have, by name."""
    patterns = ("all.yaml", "roles/*.yaml", "nodes/*.yaml")
    below = (*patterns, *(f"clusters/*/{pattern}" for pattern in patterns))
    return sorted(file for pattern in below for file in directory.glob(pattern))


def load(file: Path) -> Classes:
    """Return the classes of one file; none when it does not exist.

    :raises InvalidValue: naming file, line and key of what is wrong
    """
    try:
        text = file.read_text()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue(str(file), str(error), Text("a readable file of UTF-8 text")) from error
    root = read(str(file), text)
    if not isinstance(root.content, dict):
        if root.content == "":
            return {}
        raise InvalidValue(
            f"{file}:{root.line}", "no mapping", Text("classes with their parameters")
        )
    values = yaml.load(text, Loader=_LOADER) or {}  # noqa: S506 - a safe loader
    return {
        name.removeprefix("::"): _parameters(file, name, node, values[name])
        for name, node in _classes(file, root.content)
    }


def _classes(file: Path, content: Mapping[str, Node]) -> Iterator[tuple[str, Node]]:
    for name, node in content.items():
        where = f"{file}:{node.line}: class"
        if not _CLASS.fullmatch(name):
            raise InvalidValue(where, name, Text("the name of a Puppet class, such as site::web"))
        if name.removeprefix("::").split("::")[0] == _OWN:
            raise InvalidValue(
                where, name, Text("a class of the site; those of OCI are OCI's to give")
            )
        yield name, node


def _parameters(file: Path, name: str, node: Node, value: object) -> dict[str, object]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not isinstance(node.content, dict):
        raise InvalidValue(
            f"{file}:{node.line}: {name}", value, Text("parameters with their values")
        )
    for key, inner in node.content.items():
        where = f"{file}:{inner.line}: {name}.{key}"
        if not _PARAMETER.fullmatch(key):
            raise InvalidValue(where, key, Text("the name of a parameter"))
        _check(where, value.get(key))
    return value


def _check(where: str, value: object) -> None:
    """Refuse what Puppet's external node classifiers cannot carry: dates, sets, odd numbers."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise InvalidValue(where, key, Text("keys that are texts: put it in quotes"))
            _check(f"{where}.{key}", inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _check(f"{where}[{number}]", inner)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidValue(where, value, Text("a finite number"))
    elif value is not None and not isinstance(value, str | int | float | bool):
        raise InvalidValue(
            where, value, Text("a text in quotes, a number, yes, no, a list or a mapping")
        )
