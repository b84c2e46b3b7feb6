"""`oci-update-cluster-certs`: starts, follows, tells who failed, goes on, gives up."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ocinstaller.actions.certificate_rollouts import RolloutView
from ocinstaller.actions.context import Installation
from ocinstaller.cli import cluster_certs
from tests.api.test_certificate_rollouts import (  # noqa: F401 - a fixture
    HOSTS,
    cloud,
    ended,
    start,
    state,
    turn,
    whose,
)

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on the installation of the test."""
    monkeypatch.setattr(cluster_certs, "_POLL_S", 0.0)
    return lambda *arguments: cluster_certs.main(
        ["--config", str(tmp_path / "oci.conf"), "cl1", *arguments]
    )


def machines_answer(client: TestClient, monkeypatch: pytest.MonkeyPatch, *, success: bool) -> None:
    """Let the machine whose turn it is take it whenever the command looks."""
    look = cluster_certs._look

    def looked(oci: Installation, name: str) -> RolloutView:
        for serial in whose(client):
            ended(client, serial, success=success)
        return look(oci, name)

    monkeypatch.setattr(cluster_certs, "_look", looked)


def test_it_follows_to_the_end(
    cloud: TestClient,  # noqa: F811
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("--no-wait") == 0
    assert capsys.readouterr().out == "0 of 3 machines have their new certificates\n"
    machines_answer(cloud, monkeypatch, success=True)
    assert run() == 0
    out = capsys.readouterr().out
    assert f"1/3 {HOSTS[2]}: done" in out and f"3/3 {HOSTS[1]}: done" in out
    assert out.endswith("3 of 3 machines have their new certificates\n")
    record = cloud.get("/v1/audit?action=oci-update-cluster-certs").json()[0]
    assert (record["object_name"], record["actor_kind"]) == ("cl1", "command")


def test_a_failure_is_told_and_it_can_go_on_or_end(
    cloud: TestClient,  # noqa: F811
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with monkeypatch.context() as patch:
        machines_answer(cloud, patch, success=False)
        assert run() == 1
    error = capsys.readouterr().err
    assert f"{HOSTS[2]} took its previous certificates back: no" in error
    assert run("--no-wait") == 0
    assert state(cloud) == ("running", ["waiting"] * 3)
    assert run("--timeout", "0") == 1
    assert "it goes on: 0 of 3" in capsys.readouterr().err
    assert run("--abandon") == 0
    assert state(cloud)[0] == "done"


def test_who_lets_all_others_wait_is_named(
    cloud: TestClient,  # noqa: F811
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert start(cloud) == 202
    turn(cloud, "SERIAL0003")
    monkeypatch.setattr(cluster_certs, "_LONG_S", -1.0)
    assert run("--timeout", "0") == 1
    assert f"{HOSTS[2]} has said nothing since" in capsys.readouterr().out


def test_an_unknown_cluster_is_refused(
    cloud: TestClient,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cluster_certs.main(["--config", str(tmp_path / "oci.conf"), "none"]) == 1
    assert "no cluster named 'none'" in capsys.readouterr().err
