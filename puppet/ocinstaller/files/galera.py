#!/usr/bin/python3
"""Starts Galera where and when it is right, without a hand; written for OCI.

Usage: galera.py agent    serves this machine's state over HTTPS, for its peers and for haproxy
       galera.py start    waits until MariaDB may start, and tells it how (before it does)

The machines of a cluster tell each other what they hold. A machine joins when another one belongs
to a running cluster. When none does, the machine whose data is the most advanced founds the cluster
anew, once all machines that ever belonged to it have told their position: none of them can then
know more. A machine without data founds a cluster only as the first controller of a cluster that
is being set up for the first time.
"""

import http.server
import json
import os
import re
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

CONFIG = Path("/etc/mysql/oci-galera.json")
SEEN = Path("/var/lib/oci-galera/seen.json")
POSITION = Path("/run/oci-galera/position.json")
NEW_CLUSTER = Path("/run/oci-galera/new-cluster")
"""Read by MariaDB's unit as environment of its process."""
GRASTATE = Path("/var/lib/mysql/grastate.dat")
NOTHING = "00000000-0000-0000-0000-000000000000"
SYNCED = "4"
PORT = 9200
ASK_S = 5.0
POLL_S = 2.0
CLIENT_S = 10.0


@dataclass(frozen=True)
class State:
    """What a machine tells of itself.

    :ivar primary: it runs in a cluster that has the majority, and may be joined.
    :ivar waiting: it is about to start, and `seqno` is its exact position.
    :ivar cluster: identifier of the cluster that its data is of; NOTHING without data.
    :ivar safe: it left the cluster as the last one, in order.
    :ivar seen: names of all machines that it knows to have belonged to the cluster.
    """

    primary: bool = False
    synced: bool = False
    waiting: bool = False
    cluster: str = NOTHING
    seqno: int = -1
    safe: bool = False
    seen: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What to do: `join`, `found`, `wait` or `refuse`; and why."""

    action: str
    reason: str


def decide(own: str, states: dict[str, State], order: list[str], *, may_found: bool) -> Decision:
    """Decide how this machine starts.

    :param own: this machine's name.
    :param states: what this machine and those that answered told.
    :param order: all machines of the cluster; the first of equally advanced ones founds it.
    :param may_found: whether this machine may begin without anybody's data.
    """
    running = [name for name in order if name in states and states[name].primary]
    if running:
        return _beside(running[0], states[own], states)
    holders = {name: state for name, state in states.items() if state.cluster != NOTHING}
    if holders:
        return _after_a_stop(own, states, holders, order)
    if may_found:
        return Decision("found", "first start of the cluster")
    return Decision("wait", "a running data base of the cluster, to get its data from")


def _beside(name: str, mine: State, states: dict[str, State]) -> Decision:
    """Join the machine that runs, unless this one's data belongs to another cluster."""
    if mine.cluster in (NOTHING, states[name].cluster):
        return Decision("join", f"{name} runs")
    return Decision(
        "refuse", f"data here is of cluster {mine.cluster}, {name} runs {states[name].cluster}"
    )


def _after_a_stop(
    own: str, states: dict[str, State], holders: dict[str, State], order: list[str]
) -> Decision:
    """Nothing runs, but there is data: whoever is certain to be the most advanced founds anew."""
    identifiers = {state.cluster for state in holders.values()}
    if len(identifiers) > 1:
        return Decision("refuse", f"machines hold different clusters: {sorted(identifiers)}")
    last = [name for name, state in holders.items() if state.safe]
    if own in last:
        return Decision("found", "this machine left the cluster last")
    if last:
        return Decision("wait", "the machine that left the cluster last")
    needed = {name for state in holders.values() for name in state.seen} & set(order)
    missing = [name for name in order if name in needed and not _tells(states.get(name))]
    if missing:
        return Decision("wait", f"the position of {', '.join(missing)}")
    best = max(holders, key=lambda name: (holders[name].seqno, -order.index(name)))
    if best == own:
        return Decision("found", f"most advanced, at {states[own].seqno}")
    return Decision("wait", f"{best}, which is at {holders[best].seqno}, to found the cluster")


def _tells(state: State | None) -> bool:
    return state is not None and (state.waiting or state.cluster == NOTHING)


def config() -> dict:
    """Return what Puppet wrote: own name, members (name to address), may_found, tls, ca_file."""
    return json.loads(CONFIG.read_text(encoding="utf-8"))


def own_state(conf: dict) -> State:
    """Return the state of this machine."""
    status = _status()
    _remember(conf, status)
    seen = _seen(conf)
    if status:
        return State(
            primary=status.get("wsrep_cluster_status") == "Primary"
            and status.get("wsrep_ready") == "ON",
            synced=status.get("wsrep_local_state") == SYNCED and status.get("wsrep_ready") == "ON",
            cluster=status.get("wsrep_cluster_state_uuid", NOTHING),
            seen=seen,
        )
    with suppress(OSError, ValueError):
        position = json.loads(POSITION.read_text(encoding="utf-8"))
        return State(waiting=True, seen=seen, **position)
    return State(cluster=_saved().get("uuid", NOTHING), seen=seen)


def recover() -> dict:
    """Return this machine's exact position; MariaDB must not run."""
    saved = _saved()
    cluster, seqno = saved.get("uuid", NOTHING), int(saved.get("seqno", -1))
    if cluster != NOTHING and seqno < 0:
        found = subprocess.run(
            ["/usr/bin/galera_recovery"], capture_output=True, text=True, timeout=600, check=True
        )
        match = re.search(r"wsrep_start_position=([0-9a-f-]{36}):(-?\d+)", found.stdout)
        if not match:
            raise RuntimeError(f"galera_recovery told no position: {found.stdout}{found.stderr}")
        cluster, seqno = match[1], int(match[2])
    return {"cluster": cluster, "seqno": seqno, "safe": saved.get("safe_to_bootstrap") == "1"}


def start() -> int:
    """Wait until MariaDB may start; systemd's limit of the unit ends it."""
    NEW_CLUSTER.unlink(missing_ok=True)
    position = recover()
    POSITION.write_text(json.dumps(position), encoding="utf-8")
    told = ""
    try:
        while True:
            conf = config()  # Puppet may take a machine out that is gone for good
            own, order = conf["own"], list(conf["members"])
            states = {own: State(waiting=True, seen=_seen(conf), **position)}
            asked = {name: ask(conf, name) for name in order if name != own}
            states |= {name: state for name, state in asked.items() if state}
            decision = decide(own, states, order, may_found=conf["may_found"])
            if decision.reason != told:
                print(f"{decision.action}: {decision.reason}", flush=True)
                told = decision.reason
            if decision.action == "found":
                _allow_bootstrap()
                NEW_CLUSTER.write_text("_WSREP_NEW_CLUSTER=--wsrep-new-cluster\n", encoding="utf-8")
                return 0
            if decision.action == "join":
                return 0
            if decision.action == "refuse":
                return 1
            time.sleep(POLL_S)
    finally:
        POSITION.unlink(missing_ok=True)


def ask(conf: dict, name: str) -> State | None:
    """Return what another machine tells; None when it does not answer."""
    context = ssl.create_default_context(cafile=conf["ca_file"])
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(f"https://{name}:{PORT}/state", timeout=ASK_S) as answer:
            content = json.load(answer)
    except (OSError, ValueError):
        return None
    return State(**{**content, "seen": tuple(content["seen"])})


class Agent(http.server.BaseHTTPRequestHandler):
    """Answers /state with this machine's state and / with 200 while it may be written to."""

    timeout = ASK_S

    def do_GET(self) -> None:
        """Answer."""
        conf = config()
        state = own_state(conf)
        good = self.path == "/state" or (state.synced and state.primary)
        body = json.dumps(asdict(state)).encode()
        self.send_response(200 if good else 503)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Stay silent: haproxy asks every two seconds."""


class Server(http.server.ThreadingHTTPServer):
    """Does the handshake in the thread of the connection, so that nobody can hold it up."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], context: ssl.SSLContext) -> None:
        """Listen."""
        self._context = context
        super().__init__(address, Agent)

    def finish_request(self, request, client_address) -> None:
        """Serve one connection."""
        request.settimeout(ASK_S)
        with suppress(OSError), self._context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)


def agent() -> int:
    """Serve for ever."""
    conf = config()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{conf['tls']}/cert.pem", f"{conf['tls']}/key.pem")
    Server((conf["members"][conf["own"]], PORT), context).serve_forever()
    return 0


_remembering = threading.Lock()


def _remember(conf: dict, status: dict[str, str]) -> None:
    """Keep the names of all machines that belong to the running cluster."""
    incoming = status.get("wsrep_incoming_addresses", "")
    addresses = {text.strip().rpartition(":")[0].strip("[]") for text in incoming.split(",")}
    names = {name for name, address in conf["members"].items() if address in addresses}
    with _remembering:
        known = set(_seen(conf))
        if names - known:
            fresh = SEEN.with_suffix(".new")
            fresh.write_text(json.dumps(sorted(known | names)), encoding="utf-8")
            fresh.replace(SEEN)


def _seen(conf: dict) -> tuple[str, ...]:
    names = {conf["own"]} if _saved() else set()
    with suppress(OSError, ValueError):
        names |= set(json.loads(SEEN.read_text(encoding="utf-8")))
    return tuple(sorted(names))


def _saved() -> dict[str, str]:
    """Return what Galera wrote about the data here."""
    with suppress(OSError):
        lines = GRASTATE.read_text(encoding="utf-8").splitlines()
        return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}
    return {}


def _allow_bootstrap() -> None:
    """Galera refuses to found a cluster from data that others could be ahead of: it is checked."""
    if GRASTATE.exists():
        text = GRASTATE.read_text(encoding="utf-8")
        GRASTATE.write_text(
            text.replace("safe_to_bootstrap: 0", "safe_to_bootstrap: 1"), encoding="utf-8"
        )


def _status() -> dict[str, str]:
    """Return MariaDB's state of replication; nothing when it does not run."""
    query = ["/usr/bin/mariadb", "--batch", "--skip-column-names", "--connect-timeout=3"]
    query += ["--execute", "SHOW STATUS LIKE 'wsrep_%'"]
    clean = {"PATH": os.environ["PATH"]}
    with suppress(OSError, subprocess.TimeoutExpired):
        found = subprocess.run(
            query, capture_output=True, text=True, timeout=CLIENT_S, check=False, env=clean
        )
        if found.returncode == 0:
            return dict(line.split("\t", 1) for line in found.stdout.splitlines() if "\t" in line)
    return {}


if __name__ == "__main__":
    sys.exit({"agent": agent, "start": start}[sys.argv[1]]())
