"""The installer: turns the system disk into the system of an installation plan."""

from ocinstaller.agent.install.context import Machine
from ocinstaller.agent.install.executor import install

__all__ = ["Machine", "install"]
