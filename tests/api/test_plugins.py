"""The site's plug-ins: what they are told and when, and that no call is lost."""

import os
import select
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bcrypt
import pytest
import yaml
from fastapi.testclient import TestClient
from sqlalchemy import select as query
from sqlalchemy import update

from ocinstaller.actions import health, plugin_runner
from ocinstaller.actions.context import Installation
from ocinstaller.actions.plugin_runner import claim
from ocinstaller.actions.puppet import classify_machine
from ocinstaller.drivers import plugins as driver
from ocinstaller.model.plugins import pause_s
from ocinstaller.store.plugin_tables import PluginCall
from tests.api.compat.test_api_php import WHO, ask
from tests.api.test_machine_way import bearer, define_cluster, enrol, send_event, send_report

HOST = "cl1-custom-1.example.com"
SECTIONS = {
    "dns_plugin": "call_dns_shell_script",
    "monitoring_plugin": "call_monitoring_plugin",
    "root_pass_plugin": "call_root_password_change",
}
PREFIXES = {
    "dns_plugin": "dns",
    "monitoring_plugin": "monitoring",
    "root_pass_plugin": "root_password",
}


class Site:
    """Programs that write down how they were called, and fail when told so."""

    def __init__(self, directory: Path, oci: Installation) -> None:
        self.directory = directory
        self.oci = oci
        self.broken = directory / "broken"
        self.said = directory / "calls"
        for section, switch in SECTIONS.items():
            oci.conf.set_override(switch, True, section)
            for step in ("create", "delete"):
                name = f"{PREFIXES[section]}_{step}_script_path"
                oci.conf.set_override(
                    name, str(self._program(f"{PREFIXES[section]}-{step}")), section
                )

    def _program(self, name: str) -> Path:
        path = self.directory / name
        path.write_text(
            f"#!/bin/sh\n"
            f"read -r line || line=none\n"
            f'echo "{name} $* <$line>" >> {self.said}\n'
            f'echo "out: $line"; env | sort\n'
            f"test ! -e {self.broken} || exit 3\n"
        )
        path.chmod(0o755)
        return path

    def calls(self) -> list[str]:
        """Return how the programs were called since the last time, in order."""
        found = self.said.read_text().splitlines() if self.said.exists() else []
        self.said.unlink(missing_ok=True)
        return found

    def work(self) -> int:
        """Make the calls that are due, as the server's thread does; return how many."""
        due = claim(self.oci, 10)
        for claimed in due:
            plugin_runner._make(self.oci, claimed, threading.Event())
        return len(due)

    def later(self) -> None:
        """Let every pause be over."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        with self.oci.store.engine.begin() as connection:
            connection.execute(update(PluginCall).values(due_at=past))


@pytest.fixture
def site(tmp_path: Path, oci: Installation, operator: TestClient) -> Site:
    """A site with all plug-ins, a cluster, and a machine that waits."""
    define_cluster(operator)
    assert send_report(operator).status_code == 200
    return Site(tmp_path, oci)


def install(client: TestClient) -> dict[str, str]:
    """Have the machine install its system; return the plan that it fetches."""
    assert client.post("/v1/machines/SERIAL0001/installation").status_code == 202
    answer = client.get("/node/v1/plan?serial=SERIAL0001", headers=bearer(), auth=None)
    assert answer.status_code == 200, answer.text
    return answer.json()


def states(client: TestClient, name: str = "SERIAL0001") -> dict[str, str]:
    """Return the state of the newest call of each plug-in and step."""
    found = client.get(f"/v1/machines/{name}").json()["plugin_calls"]
    return {f"{call['plugin']} {call['step']}": call["state"] for call in reversed(found)}


def test_a_machine_gets_its_names_when_it_is_enrolled(site: Site, operator: TestClient) -> None:
    enrol(operator, "custom")
    assert states(operator) == {"dns create": "waiting"}
    assert site.work() == 1
    assert site.calls() == [f"dns-create --hostname {HOST} --ip-address 10.1.0.2 <none>"]
    call = operator.get("/v1/machines/SERIAL0001/plugin-calls").json()[0]
    assert (call["state"], call["attempts"], call["exit_code"]) == ("done", 1, 0)
    lines = call["output"].splitlines()
    assert lines[0] == "out: none"
    names = {line.split("=")[0] for line in lines[1:]}
    assert names <= {"PATH", "LC_ALL", "PWD"}, "nothing of the server's environment"
    assert site.work() == 0


def test_what_fails_is_repeated_until_it_works(site: Site, operator: TestClient) -> None:
    site.broken.touch()
    enrol(operator, "custom")
    for attempt in (1, 2):
        assert site.work() == 1
        call = operator.get("/v1/machines/SERIAL0001/plugin-calls").json()[0]
        assert (call["state"], call["attempts"], call["exit_code"]) == ("failing", attempt, 3)
        assert "exit status 3" in call["problem"] and call["next_try_at"] is not None
        assert site.work() == 0, "it pauses"
        site.later()
    events = operator.get("/v1/events", params={"last": 5, "follow": False}).text
    assert "plugin-call" in events
    site.broken.unlink()
    assert site.work() == 1
    assert states(operator) == {"dns create": "done"}


def test_an_operator_need_not_wait(site: Site, operator: TestClient) -> None:
    site.broken.touch()
    enrol(operator, "custom")
    site.work()
    failed = operator.put("/v1/machines/SERIAL0001/dns")
    assert failed.status_code == 200 and failed.json()["state"] == "failing"
    site.broken.unlink()
    assert operator.post("/v1/machines/SERIAL0001/plugin-calls/retry").status_code == 202
    assert site.work() == 1
    nothing = operator.post("/v1/machines/SERIAL0001/plugin-calls/retry")
    assert nothing.status_code == 409
    site.calls()
    done = operator.delete("/v1/machines/SERIAL0001/dns").json()
    assert (done["state"], done["step"]) == ("done", "delete")
    assert len(site.calls()) == 1


def test_a_server_that_dies_while_a_plug_in_runs_loses_nothing(
    site: Site, operator: TestClient
) -> None:
    enrol(operator, "custom")
    (taken,) = claim(site.oci, 10)
    assert taken.arguments[:2] == ("--hostname", HOST)
    assert states(operator) == {"dns create": "running"}
    assert site.work() == 0, "another server leaves it alone"
    busy = operator.put("/v1/machines/SERIAL0001/dns")
    assert busy.status_code == 409
    site.later()
    assert site.work() == 1
    assert states(operator) == {"dns create": "done"}


def test_who_leaves_leaves_everything(site: Site, operator: TestClient) -> None:
    site.broken.touch()
    enrol(operator, "custom")
    site.work()
    site.calls()
    operator.delete("/v1/machines/SERIAL0001/enrolment")
    assert states(operator) == {
        "dns create": "superseded", "monitoring delete": "waiting",
        "root-password delete": "waiting", "dns delete": "waiting",
    }  # fmt: skip
    assert operator.delete("/v1/machines/SERIAL0001").status_code == 204
    site.broken.unlink()
    site.work()
    assert sorted(site.calls()) == [
        f"dns-delete --hostname {HOST} --ip-address 10.1.0.2 <none>",
        f"monitoring-delete --hostname {HOST} <none>",
        f"root_password-delete --hostname {HOST} <none>",
    ]


def test_roots_password_reaches_plug_in_and_plan_but_nobody_else(
    site: Site, operator: TestClient
) -> None:
    enrol(operator, "custom")
    site.work()
    site.calls()
    plan = install(operator)
    assert site.work() == 0, "the machine is not installed yet"
    with site.oci.store.read() as session:
        row = session.scalars(query(PluginCall).where(PluginCall.state == "held")).one()
        assert row.sealed_password is not None
        sealed = row.sealed_password
    for event in ("installed", "booted"):
        assert send_event(operator, event, plan["plan_id"]).is_success
    assert site.work() == 1
    (said,) = site.calls()
    assert said.startswith(f"root_password-create --hostname {HOST} --root-password-stdin <")
    password = said.rpartition("<")[2].rstrip(">")
    assert len(password) == 24 and password.encode() not in sealed
    stored = str(plan["root_password_hash"])
    assert bcrypt.checkpw(password.encode(), stored.encode())
    for path in ("/v1/machines/SERIAL0001", "/v1/audit", "/oci/machines/SERIAL0001"):
        text = operator.get(path).text
        assert password not in text and stored not in text, path
    assert "out: (not shown)" in operator.get("/v1/machines/SERIAL0001").text
    with site.oci.store.read() as session:
        assert not any(row.sealed_password for row in session.scalars(query(PluginCall)))


def test_monitoring_begins_with_puppets_first_success(site: Site, operator: TestClient) -> None:
    enrol(operator, "custom")
    plan = install(operator)
    for event in ("installed", "booted", "puppet-running", "puppet-success"):
        assert send_event(operator, event, plan["plan_id"]).is_success
    site.work()
    begun = [said for said in site.calls() if said.startswith("monitoring")]
    assert begun == [
        f"monitoring-create --hostname {HOST} --ip-address 10.1.0.2 --switch-hostname unknown "
        "--role custom <none>"
    ]
    assert send_event(operator, "puppet-success", plan["plan_id"]).is_success
    assert site.work() == 0, "once is enough"


def test_a_replacement_takes_the_calls_with_the_name(site: Site, operator: TestClient) -> None:
    send_report(operator, 2, key="2" * 43)
    site.broken.touch()
    enrol(operator, "custom")
    site.work()
    answer = operator.post("/v1/machines/SERIAL0001/replacement", json={"machine": "SERIAL0002"})
    assert answer.status_code == 200
    assert states(operator, "SERIAL0002") == {"dns create": "failing"}


def test_without_plug_ins_nothing_is_noted(operator: TestClient) -> None:
    define_cluster(operator)
    send_report(operator)
    enrol(operator, "custom")
    assert states(operator) == {}
    refused = operator.put("/v1/machines/SERIAL0001/dns")
    assert refused.status_code == 409 and "call_dns_shell_script" in refused.json()["allowed"]


def test_the_servers_thread_does_the_same(site: Site, operator: TestClient) -> None:
    runner = plugin_runner.PluginRunner(site.oci)
    runner.start()
    end = time.monotonic() + 60
    try:
        enrol(operator, "custom")
        while states(operator) != {"dns create": "done"} and time.monotonic() < end:
            time.sleep(0.05)
    finally:
        runner.stop()
    assert len(site.calls()) == 1
    assert states(operator) == {"dns create": "done"}


def test_pages_and_the_originals_actions(site: Site, operator: TestClient) -> None:
    site.broken.touch()
    enrol(operator, "custom")
    site.work()
    page = operator.get("/oci/machines/SERIAL0001")
    assert "exit status 3" in page.text
    token = page.text.split('name="csrf" value="')[1].split('"')[0]
    failed = ask(operator, action="machine_to_monitoring", serial="SERIAL0001", **WHO)
    assert failed["status"] == "error" and "exit status 3" in str(failed["message"])
    site.broken.unlink()
    again = operator.post("/oci/machines/SERIAL0001/plugin-calls/retry", data={"csrf": token})
    assert again.status_code == 200 and "repeated" in again.text
    assert site.work() == 2
    done = ask(operator, action="machine_gen_root_pass", serial="SERIAL0001", **WHO)
    assert done["status"] == "success"
    data = done["data"]
    assert isinstance(data, dict)
    assert data["command"].endswith(f"--hostname {HOST} --root-password-stdin")
    assert "out: (not shown)" in data["output"]


def test_puppet_sets_a_password_that_changes_later(site: Site, operator: TestClient) -> None:
    enrol(operator, "custom")
    site.work()
    site.calls()
    answer = operator.put("/v1/machines/SERIAL0001/root-password")
    assert answer.json()["state"] == "done"
    password = site.calls()[0].rpartition("<")[2].rstrip(">")
    with site.oci.store.read() as session:
        classes = yaml.safe_load(classify_machine(session, site.oci, HOST))["classes"]
    stored = classes["ocinstaller"]["secrets"]["root_password_hash"]
    assert bcrypt.checkpw(password.encode(), stored.encode())
    audit = operator.get("/v1/audit", params={"limit": 5}).text
    assert password not in audit and stored not in audit


def _script(path: Path, text: str) -> str:
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o755)
    return str(path)


def test_a_plug_in_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    note = tmp_path / "child"
    program = _script(
        tmp_path / "hangs",
        "import subprocess, time\n"
        "child = subprocess.Popen(['sleep', '1000'])\n"
        f"open({str(note)!r}, 'w').write(str(child.pid))\n"
        "print('begun', flush=True)\ntime.sleep(1000)\n",
    )
    result = driver.call(program, (), secret="", timeout_s=2, stop=threading.Event())
    assert result.exit_code is None and "did not end within 2 s" in result.problem
    assert result.output == "begun"
    try:
        child = os.pidfd_open(int(note.read_text()))
    except ProcessLookupError:
        return
    ended, _, _ = select.select([child], [], [], 30)
    os.close(child)
    assert ended


def test_much_output_is_cut_and_a_stopping_server_does_not_wait(tmp_path: Path) -> None:
    loud = _script(tmp_path / "loud", "print('x' * 3_000_000 + 'end')\n")
    result = driver.call(loud, (), secret="", timeout_s=60, stop=threading.Event())
    assert len(result.output) <= driver.KEPT and result.output.endswith("end")
    stop = threading.Event()
    stop.set()
    program = _script(tmp_path / "slow", "import time\ntime.sleep(1000)\n")
    assert "stopped" in driver.call(program, (), secret="", timeout_s=60, stop=stop).problem


@pytest.mark.parametrize("program", ["/nonexistent/program", "relative", "", "/etc/hostname"])
def test_a_program_that_cannot_be_started_is_a_failure_that_says_so(program: str) -> None:
    result = driver.call(program, (), secret="s", timeout_s=5, stop=threading.Event())
    assert result.exit_code is None and result.problem


def test_no_shell_reads_the_arguments(tmp_path: Path) -> None:
    program = _script(tmp_path / "args", "import sys\nprint(sys.argv[1:])\n")
    words = ("--hostname", "a; touch /tmp/x $(id) `id`", "")
    result = driver.call(program, words, secret="", timeout_s=30, stop=threading.Event())
    assert result.output == str(list(words))


def test_pauses_double_up_to_the_limit() -> None:
    assert [pause_s(n, 30, 3600) for n in (1, 2, 3, 7, 8, 10_000)] == [
        30, 60, 120, 1920, 3600, 3600,
    ]  # fmt: skip


def test_the_check_of_the_server_knows_plug_ins(site: Site, operator: TestClient) -> None:
    found = {check.subject: check for check in health._plugins(site.oci)}
    assert {check.health for check in found.values()} == {"ok"}
    site.broken.touch()
    enrol(operator, "custom")
    site.work()
    (site.directory / "monitoring-delete").unlink()
    found = {check.subject: check for check in health._plugins(site.oci)}
    assert found["plug-in dns"].health == "warning" and HOST in found["plug-in dns"].found
    assert found["plug-in monitoring"].health == "error"
