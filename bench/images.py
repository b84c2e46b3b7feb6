"""Ten machines that install at the same time against one: `python bench/images.py 1 10`.

Needs an image made by `oci-build-image target`. The server is the real one, on loopback; machines
are simulated: each is a process of the agent's own code that downloads the image and checks its
digest as an installation does, but writes it nowhere that lasts. What disks and unpacking take is not
part of it (see boot.py). Clients and server share the processors of this host, so the time of ten
is an upper bound of what a server with machines of their own needs; its processor time is not.
"""

import argparse
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ocinstaller.agent.install.download import fetch
from ocinstaller.images import ImageKind, ImageSet, current
from ocinstaller.model.plan import ImageRef

BIN = Path(sys.executable).parent
GIB = 1024**3
START_S = 300.0
RAM = Path("/dev/shm")  # noqa: S108 - memory, so that no disk is measured


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def server(directory: Path, images: Path) -> Iterator[tuple[int, int]]:
    """Run the server; the value is its process and its port for files."""
    https, http = free_port(), free_port()
    config = directory / "oci.conf"
    config.write_text(
        "[network]\nOCI_IP = 127.0.0.1\nTRUSTED_NETWORKS = 127.0.0.0/8\n"
        f"[server]\nstate_dir = {directory / 'state'}\nlisten_address = 127.0.0.1\n"
        f"https_port = {https}\nhttp_port = {http}\n[images]\ndirectory = {images}\n"
    )
    make_ca = [BIN / "oci-root-ca-gen", "--config", config]
    subprocess.run(make_ca, check=True, timeout=120, stdout=subprocess.DEVNULL)
    command = [BIN / "oci-server", "--config", config]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", http), 1).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < deadline
                time.sleep(0.05)
        yield process.pid, http
    finally:
        process.terminate()
        process.wait(30)


def processor_s(pid: int) -> float:
    """Return a process's time on processors (proc(5), utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine(image: ImageRef, directory: str, number: int) -> None:
    """Download the image and check it, as one machine."""
    file = Path(directory, f"image-{number}")
    fetch(image, file, None, lambda _size: None, threading.Event().is_set)
    file.unlink()


def measure(pid: int, image: ImageRef, machines: int) -> tuple[float, float]:
    """Return wall time and the server's processor time until so many machines have the image."""
    with tempfile.TemporaryDirectory(dir=RAM) as directory:
        processes = [
            multiprocessing.Process(target=machine, args=(image, directory, number))
            for number in range(machines)
        ]
        before, begun = processor_s(pid), time.monotonic()
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        taken = time.monotonic() - begun
    assert [process.exitcode for process in processes] == [0] * machines
    return taken, processor_s(pid) - before


def reference(image: ImageSet, port: int) -> ImageRef:
    """Return what an installation plan says of an image."""
    about = image.files[image.squashfs.name]
    url = f"http://127.0.0.1:{port}/images/{image.kind}/{image.digest}/{image.squashfs.name}"
    return ImageRef(url=url, sha256=about.sha256, size_bytes=about.size_bytes)


def main() -> None:
    """Measure each number of machines, several times, and print the best of each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("machines", type=int, nargs="+", help="how many at the same time")
    parser.add_argument("--images", type=Path, default=Path(".state/images"))
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    image = current(arguments.images.resolve(), ImageKind.TARGET)
    size = image.files[image.squashfs.name].size_bytes
    print(f"image of {size / 2**20:.0f} MiB, {os.cpu_count()} processors, best of the rounds")
    print("machines  bytes served  seconds  ratio  server's processor s/GiB")
    first: float | None = None
    with (
        tempfile.TemporaryDirectory() as directory,
        server(Path(directory), arguments.images.resolve()) as (pid, port),
    ):
        wanted = reference(image, port)
        for machines in arguments.machines:
            rounds = [measure(pid, wanted, machines) for _ in range(arguments.rounds)]
            seconds, processor = min(one[0] for one in rounds), min(one[1] for one in rounds)
            first = first or seconds
            served = size * machines
            print(
                f"{machines:8}  {served / GIB:8.2f} GiB  {seconds:7.2f}  {seconds / first:5.2f}  "
                f"{processor / (served / GIB):24.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
