"""How OCI behaves with a large fleet: `python bench/fleet.py 100 1000 5000 10000`.

The fleet is simulated: one process plays all machines; they send the report of a server with two
sockets, 24 disks and six interfaces. Server, command line, data base and TLS are the real ones, on
loopback. Reports are sent as fast as the server answers, over connections that stay open and over
a new one for each report, as the agent does.

Every loop is bounded in number and time. Figures are printed as a table, with their ratio to the
smallest fleet.
"""

import argparse
import base64
import hashlib
import http.client
import json
import os
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from ocinstaller.actions import clusters, nodes, topology
from ocinstaller.actions.cluster_files.usecases import export_cluster
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.actions.machines import enrol
from ocinstaller.model.hardware import (
    BlockDevice,
    Cpu,
    DiskKind,
    Firmware,
    HardwareReport,
    Nic,
    Product,
)

BIN = Path(sys.executable).parent
PASSWORD = "bench password"  # noqa: S105 - of a server that lives for minutes
CONNECTIONS = 8
LOAD_S = 10.0
INTERVAL_S = 30
NEW_CONNECTIONS = 300
ENROLMENTS = 100
MEMBERS = (500, 5000)
RUNS = 5
KEY = "k" * 43
CHUNK = 200


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def serial(number: int) -> str:
    """Return the serial number of a machine."""
    return f"SIM{number:06d}"


def report(number: int) -> HardwareReport:
    """Return what a usual server says: two sockets, 24 disks, six interfaces."""
    octets = f"{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
    return HardwareReport(
        serial=serial(number),
        product=Product(manufacturer="Simulated", name="Fleet 24"),
        memory_mib=524288,
        cpu=Cpu(vendor="Simulated", model="CPU", mhz=2400, sockets=2, cores=48, threads=96),
        firmware=Firmware.UEFI,
        block_devices=tuple(
            BlockDevice(
                name=f"sd{chr(97 + disk)}",
                size_bytes=4 * 10**12,
                kind=DiskKind.HDD,
                by_path=f"pci-0000:3b:00.0-sas-phy{disk}-lun-0",
                model="SIMULATED DISK",
                serial=f"D{number:06d}{disk:02d}",
            )
            for disk in range(24)
        ),
        nics=tuple(
            Nic(name=f"eth{port}", mac=f"52:{port:02x}:00:{octets}", speed_mbps=25000, link=True)
            for port in range(6)
        ),
    )


@dataclass
class Bench:
    """A server process on a data base that is filled directly."""

    directory: Path
    database: str

    def __post_init__(self) -> None:
        self.https, self.http = free_port(), free_port()
        self.config = self.directory / "oci.conf"
        self.config.write_text(
            "[network]\nOCI_IP = 127.0.0.1\nTRUSTED_NETWORKS = 127.0.0.0/8\n"
            f"[server]\nstate_dir = {self.directory / 'state'}\nlisten_address = 127.0.0.1\n"
            f"https_port = {self.https}\nhttp_port = {self.http}\n"
            f"[database]\nconnection = {self.database}\n"
        )
        self.ca = self.directory / "state/ssl/ca/oci-pki-root-ca.pem"
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = os.environ | {
            "OCI_API_URL": f"https://localhost:{self.https}",
            "OCI_LOGIN": "admin",
            "OCI_PASS": PASSWORD,
            "OCI_CACERT": str(self.ca),
        }

    def prepare(self) -> Installation:
        """Make the data base, a user, the token of the classifier and an empty cluster."""
        for command in (
            ["oci-userdb", "--config", self.config, "-a", "admin", "--admin", "--password-stdin"],
            ["oci-service-token", "--config", self.config, "puppet", self.directory / "token"],
        ):
            subprocess.run(
                [BIN / str(command[0]), *command[1:]],
                check=True, timeout=120, input=PASSWORD + "\n", text=True,
            )  # fmt: skip
        oci = open_installation(self.config)
        oci.store.write(lambda s: topology.create_swift_region(s, "r1"))
        oci.store.write(lambda s: topology.create_location(s, "z1", "r1"))
        for number, name in enumerate(("cl500", "cl5000", "cli", "file")):
            network = f"net-{name}"
            ip = f"10.{64 + number}.0.0"
            oci.store.write(
                lambda s, n=network, i=ip: topology.create_network(
                    s, n, i, 16, "z1", is_public=False
                )
            )
            oci.store.write(lambda s, n=name: clusters.create_cluster(s, oci, n, "example.com"))
            oci.store.write(
                lambda s, n=network, c=name: topology.assign_network(
                    s, oci, n, c, "all", "eth0", "none"
                )
            )
        return oci

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        self.process = subprocess.Popen(
            [BIN / "oci-server", "--config", self.config], stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.http), 1).close()
            except OSError:
                assert self.process.poll() is None and time.monotonic() < deadline
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """End the server."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)

    def memory_mib(self) -> float:
        """Return the server's resident memory (proc(5), VmRSS)."""
        assert self.process is not None
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in text.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def processor_s(self) -> float:
        """Return the server's processor time (proc(5), utime and stime)."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connection(self) -> http.client.HTTPSConnection:
        """Return a connection to the server."""
        context = ssl.create_default_context(cafile=str(self.ca))
        return http.client.HTTPSConnection("localhost", self.https, timeout=30, context=context)

    def ocicli(self, *arguments: str) -> float:
        """Run a command; return its wall time in seconds."""
        begun = time.monotonic()
        subprocess.run(
            [BIN / "ocicli", *arguments],
            env=self.environment, check=True, timeout=120, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return time.monotonic() - begun


def introduce(oci: Installation, numbers: range) -> None:
    """Let machines introduce themselves, many in a transaction; not measured."""
    for start in range(numbers.start, numbers.stop, CHUNK):
        chunk = range(start, min(start + CHUNK, numbers.stop))

        def work(session: object, chunk: range = chunk) -> None:
            for number in chunk:
                document = report(number)
                digest = hashlib.sha256(document.model_dump_json().encode()).hexdigest()
                nodes.receive_report(session, oci, document, KEY, "", "127.0.0.1", digest)

        oci.store.write(work)


def join(oci: Installation, numbers: range, cluster: str) -> None:
    """Enrol machines, many in a transaction; not measured."""

    def work(session: object) -> None:
        for number in numbers:
            enrol(session, oci, serial(number), cluster, "custom", "z1")

    oci.store.write(work)


def send_reports(bench: Bench, size: int) -> dict[str, float]:
    """Send unchanged reports of the whole fleet in turn; return rates and latencies."""
    bodies = [report(number).model_dump_json() for number in range(size)]
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    times: list[float] = []
    end = time.monotonic() + LOAD_S
    begun, processor = time.monotonic(), bench.processor_s()

    def machine(offset: int) -> None:
        connection, number, own = bench.connection(), offset, list[float]()
        while time.monotonic() < end:
            sent = time.monotonic()
            connection.request("POST", "/node/v1/report", bodies[number % size], headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            own.append(time.monotonic() - sent)
            number += CONNECTIONS
        times.extend(own)

    in_parallel(machine, CONNECTIONS)
    elapsed, spent = time.monotonic() - begun, bench.processor_s() - processor
    ordered = sorted(times)
    return {
        "reports/s": len(ordered) / elapsed,
        "reports/s of server CPU": len(ordered) / spent,
        "p50 ms": 1000 * ordered[len(ordered) // 2],
        "p99 ms": 1000 * ordered[len(ordered) * 99 // 100],
    }


def in_parallel(work: Callable[[int], None], threads: int) -> None:
    """Run the work in threads and wait for all of them."""
    running = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join(LOAD_S * 6)


def new_connections(bench: Bench, size: int) -> float:
    """Return the reports a second when each makes a TLS connection of its own."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    begun = time.monotonic()
    for number in range(NEW_CONNECTIONS):
        connection = bench.connection()
        body = report(number % size).model_dump_json()
        connection.request("POST", "/node/v1/report", body, headers)
        assert connection.getresponse().status == 200
        connection.close()
    return NEW_CONNECTIONS / (time.monotonic() - begun)


def apply_file(bench: Bench, oci: Installation) -> float:
    """Enrol as many machines by one cluster file; return the command's wall time in seconds."""
    numbers = range(910_000, 910_000 + ENROLMENTS)
    introduce(oci, numbers)
    with oci.store.read() as session:
        text = export_cluster(session, "file").removesuffix("machines: {}\n")
    entries = "".join(f"  {serial(n)}: {{role: custom, location: z1}}\n" for n in numbers)
    file = bench.directory / "cluster.yaml"
    file.write_text(f"{text}machines:\n{entries}")
    return bench.ocicli("cluster-apply", str(file))


def classify(bench: Bench, hostname: str) -> float:
    """Return the median milliseconds of a node classification over an open connection."""
    headers = {"Authorization": f"Bearer {(bench.directory / 'token').read_text().strip()}"}
    connection, times = bench.connection(), []
    for _ in range(RUNS * 4):
        begun = time.monotonic()
        connection.request("GET", f"/puppet/v1/enc/{hostname}", headers=headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
        times.append(time.monotonic() - begun)
    return 1000 * statistics.median(times)


def list_api(bench: Bench) -> float:
    """Return the median milliseconds of the largest page of machines."""
    basic = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    connection, times = bench.connection(), []
    for _ in range(RUNS):
        begun = time.monotonic()
        connection.request(
            "GET", "/v1/machines?limit=5000", headers={"Authorization": f"Basic {basic}"}
        )
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
        times.append(time.monotonic() - begun)
    return 1000 * statistics.median(times)


@contextmanager
def data_base(kind: str) -> Iterator[str]:
    """Return the URL of an empty data base; MariaDB is started for it."""
    if kind == "sqlite":
        yield ""
        return
    from tests.databases import MariaDb, PostgreSql

    server = MariaDb() if kind == "mariadb" else PostgreSql()
    try:
        server.start()
        yield server.fresh()
    finally:
        server.stop()


def measure(kind: str, sizes: list[int], enrolments: bool) -> dict[int, dict[str, float]]:
    """Grow one fleet through the sizes and measure at each."""
    results: dict[int, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as name, data_base(kind) as url:
        bench = Bench(Path(name), url)
        oci = bench.prepare()
        done, joined = 0, dict.fromkeys(MEMBERS, 0)
        bench.start()
        try:
            for size in sizes:
                introduce(oci, range(done, size))
                done = size
                row = send_reports(bench, size)
                row["new connections/s"] = new_connections(bench, size)
                row["machine-list API ms"] = list_api(bench)
                row["machine-list CLI ms"] = 1000 * statistics.median(
                    bench.ocicli("machine-list") for _ in range(RUNS)
                )
                for members in MEMBERS:
                    first = 0 if members == MEMBERS[0] else MEMBERS[0]
                    if size >= first + members and not joined[members]:
                        join(oci, range(first, first + members), f"cl{members}")
                        joined[members] = members
                    if joined[members]:
                        host = f"cl{members}-custom-1.example.com"
                        row[f"ENC of {members} ms"] = classify(bench, host)
                row["server MiB"] = bench.memory_mib()
                results[size] = row
            if enrolments:
                introduce(oci, range(900_000, 900_000 + ENROLMENTS))
                begun = time.monotonic()
                for number in range(900_000, 900_000 + ENROLMENTS):
                    bench.ocicli("machine-add", serial(number), "cli", "custom", "z1")
                last = results[sizes[-1]]
                last[f"{ENROLMENTS} enrolments CLI s"] = time.monotonic() - begun
                last[f"{ENROLMENTS} enrolments file s"] = apply_file(bench, oci)
        finally:
            bench.stop()
    return results


def show(kind: str, results: dict[int, dict[str, float]]) -> None:
    """Print a table; ratios are to the smallest fleet."""
    sizes = list(results)
    labels = list(dict.fromkeys(label for row in results.values() for label in row))
    print(f"\n{kind}: simulated fleet, {CONNECTIONS} connections, load average at end "
          f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # fmt: skip
    print(f"{'':28}" + "".join(f"{size:>12,}" for size in sizes) + f"{'ratio':>10}")
    for label in labels:
        values = [results[size].get(label) for size in sizes]
        shown = "".join(f"{value:12.1f}" if value is not None else f"{'':12}" for value in values)
        known = [value for value in values if value is not None]
        ratio = f"{known[-1] / known[0]:10.2f}" if len(known) > 1 else ""
        print(f"{label:28}{shown}{ratio}")
    print(json.dumps({"database": kind, "results": results}))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[100, 1000, 5000, 10000])
    parser.add_argument(
        "--database", action="append", choices=["sqlite", "mariadb", "postgresql"],
        help="default: sqlite and mariadb",
    )  # fmt: skip
    parser.add_argument("--no-enrolments", action="store_true")
    arguments = parser.parse_args()
    print(
        f"Simulated machines on loopback; one process plays all. A fleet of N that reports every "
        f"{INTERVAL_S} s sends N/{INTERVAL_S} reports a second."
    )
    for kind in arguments.database or ["sqlite", "mariadb"]:
        show(kind, measure(kind, sorted(arguments.sizes), not arguments.no_enrolments))


if __name__ == "__main__":
    main()
