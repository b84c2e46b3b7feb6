"""Reads YAML into a tree that remembers its lines; refuses what no cluster file needs.

No aliases (a few lines of them unfold to gigabytes), no tags, one document, bounded in size,
depth and number of entries, and no key twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.text import Text

TEXT_LIMIT = 400_000
"""Bytes of the largest file; a machine takes about 120."""
_DEPTH = 8
_ENTRIES = 50_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Node:
    """A part of the file: a scalar's text, a list or a mapping, and the line where it begins."""

    line: int
    content: "str | tuple[Node, ...] | dict[str, Node]"

    def plain(self) -> "Plain":
        """Return the values alone."""
        if isinstance(self.content, str):
            return self.content
        if isinstance(self.content, tuple):
            return [node.plain() for node in self.content]
        return {key: node.plain() for key, node in self.content.items()}

    def line_of(self, path: Sequence[str | int]) -> int:
        """Return the line of the part at `path`, or of the innermost part that exists."""
        node = self
        for step in path:
            if isinstance(node.content, dict) and step in node.content:
                node = node.content[str(step)]
            elif isinstance(node.content, tuple) and isinstance(step, int):
                node = node.content[step]
            else:
                break
        return node.line


Plain = str | list["Plain"] | dict[str, "Plain"]
"""Texts in lists and mappings."""


def read(name: str, text: str) -> Node:
    """Return the file's tree.

    :param name: of the file, for messages
    :raises InvalidValue: it is not YAML, or uses what is refused; the field holds file and line
    """
    if len(text.encode(errors="replace")) > TEXT_LIMIT:
        raise InvalidValue(
            name,
            f"{len(text)} characters",
            Text("at most {text_limit} bytes", text_limit=TEXT_LIMIT),
        )
    try:
        return _Builder(name, yaml.parse(text, Loader=_LOADER)).document()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidValue(
            f"{name}:{line}", error.problem or "", Text("well-formed YAML")
        ) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise InvalidValue(name, str(error).splitlines()[0], Text("YAML in UTF-8 text")) from error


class _Builder:
    """Builds the tree from the parser's events, so that limits hold before anything grows."""

    def __init__(self, name: str, events: Iterator[yaml.Event]) -> None:
        self._name = name
        self._events = events
        self._entries = 0

    def document(self) -> Node:
        """Return the tree of the only document."""
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    raise self._refused(event, "a second document", "one document")
                root = self._node(next(self._events), 1)
        return root if root is not None else Node(1, {})

    def _node(self, event: yaml.Event, depth: int) -> Node:
        self._check(event, depth)
        line = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            return Node(line, event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(line, tuple(self._items(depth)))
        return self._mapping(line, depth)

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, depth + 1)

    def _mapping(self, line: int, depth: int) -> Node:
        content: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            if not isinstance(key.content, str):
                raise self._refused(event, "a list or mapping as a key", "a name")
            if key.content in content:
                first = lines[key.content]
                raise self._refused(
                    event, key.content, Text("each key once (it is in line {first})", first=first)
                )
            lines[key.content] = key.line
            value = self._node(next(self._events), depth + 1)
            content[key.content] = Node(key.line, value.content)
        return Node(line, content)

    def _check(self, event: yaml.Event, depth: int) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refused(event, "an anchor or alias", "values written out")
        if getattr(event, "tag", None):
            raise self._refused(event, getattr(event, "tag", ""), "values without tags")
        if depth > _DEPTH:
            raise self._refused(
                event, "deeper nesting", Text("at most {depth} levels", depth=_DEPTH)
            )
        self._entries += 1
        if self._entries > _ENTRIES:
            raise self._refused(
                event, Text("more entries"), Text("at most {entries} entries", entries=_ENTRIES)
            )

    def _refused(self, event: yaml.Event, value: str, allowed: str) -> InvalidValue:
        return InvalidValue(f"{self._name}:{_line(event)}", value, allowed)


def _line(event: yaml.Event) -> int:
    """Return the line where an event begins; the parser marks every one."""
    return event.start_mark.line + 1 if event.start_mark else 1
