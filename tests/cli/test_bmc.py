"""Commands on BMCs, with a real BMC behind the server."""

from pathlib import Path

from tests.cli.conftest import ServerProcess
from tests.cli.test_power_cuts import post
from tests.drivers.virtual_bmc_process import PASSWORD, USER, BmcProcess
from tests.support import report


def test_a_bmc_is_stored_and_its_console_is_told(server: ServerProcess, tmp_path: Path) -> None:
    document = report(1).model_dump_json()
    assert post(server, "/node/v1/report", document, "key-1") == 200
    bmc = BmcProcess(tmp_path)
    access = bmc.access
    reached = ("SERIAL0001", "yes", access.address, str(access.port), USER)
    try:
        nothing = server.ocicli("machine-set-ipmi", *reached, "-")
        assert (nothing.returncode, nothing.stdout) == (1, "")
        assert "no password was given" in nothing.stderr
        refused = server.ocicli("machine-set-ipmi", *reached[:3], "0", USER, input=PASSWORD)
        assert refused.returncode == 1 and "ipmi_port: '0' is not allowed" in refused.stderr
        assert server.ocicli("machine-console", "SERIAL0001").returncode == 1

        done = server.ocicli("machine-set-ipmi", *reached, "-f", "value", input=f"{PASSWORD}\n")
        assert done.returncode == 0, done.stderr
        assert "ipmi_addr" in done.stdout and PASSWORD not in done.stdout
        power = server.ocicli("machine-power", "SERIAL0001", "-f", "value", "-c", "power")
        assert power.stdout == "off\n", power.stderr
        asked = server.ocicli("machine-ipmi-cmd", "SERIAL0001", "chassis", "power", "status")
        assert asked.stdout == "Chassis Power is off\n", asked.stderr
        refused = server.ocicli("machine-ipmi-cmd", "SERIAL0001", "shell")
        assert refused.returncode == 1 and "chassis" in refused.stderr
        ordered = server.ocicli(
            "machine-renew-ipmi-password", "SERIAL0001", "-f", "value", "-c", "state"
        )
        assert ordered.stdout == "waiting\n", ordered.stderr
        command, web = server.ocicli("machine-console", "SERIAL0001").stdout.splitlines()
        assert command == (
            f"ipmitool -I lanplus -H 127.0.0.1 -p {access.port} -U {USER} -L ADMINISTRATOR -a "
            "sol activate"
        )
        assert web == "https://127.0.0.1/"
    finally:
        bmc.stop()
    none = server.ocicli("machine-ipmi-adopt", "SERIAL0001")
    assert none.returncode == 1 and "no address to take over" in none.stderr
