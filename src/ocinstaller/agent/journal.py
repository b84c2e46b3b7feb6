"""The agent's own log: lines on standard error, with priorities that the journal understands."""

import logging
import os
import sys

_PRIORITIES = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (0, 7))
"""Levels and their syslog priorities (sd-daemon(3))."""


class _Formatter(logging.Formatter):
    """Prefixes each line with its priority."""

    def format(self, record: logging.LogRecord) -> str:
        priority = next(value for level, value in _PRIORITIES if record.levelno >= level)
        text = super().format(record)
        return "\n".join(f"<{priority}>{line}" for line in text.splitlines())


def start() -> None:
    """Send log lines to standard error; with priorities when that is the journal."""
    handler = logging.StreamHandler(sys.stderr)
    if "JOURNAL_STREAM" in os.environ:
        handler.setFormatter(_Formatter("%(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.handlers = [handler]
