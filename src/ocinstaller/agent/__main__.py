"""`python3 -m ocinstaller.agent`: the live agent, or with an argument one of the installed system.

| argument | does |
| --- | --- |
| `installed` | reports the start and lets Puppet configure the machine |
| `certificate-turn` | takes new certificates when it is this machine's turn in a roll-out |
| `certificates` | fetches the machine's certificates, renewed when it is time |
| `orders` | restarts the machine when the server orders that |
| `rings` | fetches the rings of Swift |
| `sync-esp` | copies between the EFI system partitions of a mirrored system |
"""

import logging
import signal
import sys
from threading import Event, Thread

from ocinstaller.agent import journal
from ocinstaller.agent.errors import AgentError

USAGE_STATUS = 2
_INSTALLED = ("installed", "certificate-turn", "certificates", "orders", "rings", "sync-esp")


def main(arguments: list[str]) -> int:
    """Run one of the agents until it is done or asked to stop; return the exit status."""
    if arguments not in ([], *([name] for name in _INSTALLED)):
        sys.stderr.write(f"usage: python3 -m ocinstaller.agent [{' | '.join(_INSTALLED)}]\n")
        return USAGE_STATUS
    journal.start()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    # The work has a thread of its own: a signal handler runs in the main thread and could find
    # the lock of `stop` held by the very code that it interrupted.
    status: list[int] = []
    work = Thread(target=lambda: status.append(_work(arguments, stop)), name="agent")
    work.start()
    work.join()
    return status[0] if status else 1


def _work(arguments: list[str], stop: Event) -> int:
    try:
        # Only one of them is imported: all have to start fast.
        if arguments == ["rings"]:
            from ocinstaller.agent import rings

            return rings.start()
        if arguments == ["sync-esp"]:
            from ocinstaller.agent import espsync

            return 0 if espsync.sync() else 1
        if arguments in (["certificates"], ["certificate-turn"], ["orders"]):
            return _by_timer(arguments[0], stop)
        if arguments:
            from ocinstaller.agent import installed

            return installed.start(stop)
        from ocinstaller.agent import live

        return live.start(stop)
    except AgentError as error:
        logging.getLogger(__name__).error("%s", error)
        return 1


def _by_timer(name: str, stop: Event) -> int:
    if name == "orders":
        from ocinstaller.agent import restart

        return restart.start(stop)
    if name == "certificate-turn":
        from ocinstaller.agent import certificate_turn

        return certificate_turn.start(stop)
    from ocinstaller.agent import certificates

    certificates.refresh()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
