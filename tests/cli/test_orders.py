"""Orders to machines from the command line."""

from pathlib import Path

from tests.cli.conftest import ServerProcess
from tests.cli.test_power_cuts import post
from tests.drivers.virtual_bmc_process import PASSWORD, USER, BmcProcess
from tests.support import report


def test_a_wipe_is_confirmed_and_can_be_taken_back(server: ServerProcess) -> None:
    assert post(server, "/node/v1/report", report(1).model_dump_json(), "key-1") == 200
    unasked = server.ocicli("machine-wipe", "SERIAL0001")
    assert unasked.returncode == 2 and "--yes" in unasked.stderr
    assert server.ocicli("machine-orders", "SERIAL0001", "-f", "value").stdout == ""
    done = server.ocicli("machine-wipe", "SERIAL0001", "--yes", "-f", "value", "-c", "id")
    assert done.returncode == 0, done.stderr
    listed = server.ocicli("machine-orders", "SERIAL0001", "-f", "csv", "-c", "id", "-c", "state")
    assert listed.stdout.splitlines()[1] == f'"{done.stdout.strip()}","waiting"'
    again = server.ocicli("machine-wipe", "SERIAL0001", "--yes")
    assert again.returncode == 1 and "open order: wipe" in again.stderr
    cancelled = server.ocicli("machine-order-cancel", "SERIAL0001", done.stdout.strip())
    assert (cancelled.returncode, cancelled.stdout) == (0, "")
    shown = server.ocicli("machine-show", "SERIAL0001", "-f", "json", "-c", "orders")
    assert '"cancelled"' in shown.stdout


def test_how_a_machine_gets_there_is_said(server: ServerProcess) -> None:
    assert post(server, "/node/v1/report", report(1).model_dump_json(), "key-1") == 200
    way = ("-f", "value", "-c", "status", "-c", "restart")
    live = server.ocicli("machine-reboot-on-live", "SERIAL0001", *way)
    assert live.stdout == "bootinglive\nagent\n", live.stderr
    disk = server.ocicli("machine-reboot-on-hdd", "SERIAL0001")
    assert disk.returncode == 1 and "no system" in disk.stderr
    for command in ("machine-release", "machine-reinstall"):
        assert server.ocicli(command, "SERIAL0001").returncode == 2


def test_a_cluster_is_reset_through_the_bmcs(server: ServerProcess, tmp_path: Path) -> None:
    for words in (
        ("swift-region-create", "r"), ("location-create", "z", "r"),
        ("network-create", "n", "10.1.0.0", "24", "z", "no"), ("cluster-create", "c", "e.org"),
        ("network-add", "n", "c", "all", "eth0", "none"),
    ):  # fmt: skip
        assert server.ocicli(*words).returncode == 0
    for number in (1, 2, 3):
        document = report(number).model_dump_json()
        assert post(server, "/node/v1/report", document, f"key-{number}") == 200
        serial = f"SERIAL000{number}"
        assert server.ocicli("machine-add", serial, "c", "custom", "z").returncode == 0
    bmc = BmcProcess(tmp_path)
    try:
        port = str(bmc.access.port)
        server.ocicli("machine-set-ipmi", "SERIAL0001", "yes", "127.0.0.1", port, USER, PASSWORD)
        for serial in ("SERIAL0001", "SERIAL0002"):
            assert server.ocicli("machine-reboot-on-live", serial).returncode == 0
        assert server.ocicli("cluster-reset", "c").returncode == 2
        done = server.ocicli(
            "cluster-reset", "c", "--yes", "-f", "csv", "-c", "serial", "-c", "result"
        )
        _, first, second = done.stdout.splitlines()
        assert first == '"SERIAL0001","restarted"'
        assert '"SERIAL0002","not restarted: ' in second and "BMC" in second
        assert bmc.next() == "on n"
    finally:
        bmc.stop()
    assert server.ocicli("cluster-reset", "nowhere", "--yes").returncode == 1
