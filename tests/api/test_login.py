"""Logging in: white list, wrong passwords, sessions of the pages."""

from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from ocinstaller import settings
from ocinstaller.actions import login
from ocinstaller.actions.context import Installation, open_installation
from ocinstaller.api.app import serve
from ocinstaller.model.access import LoginSource
from ocinstaller.model.errors import Unavailable
from ocinstaller.store.access_tables import LoginFailure, WebSession
from tests.api.access import as_user, make_user, newest
from tests.conftest import PASSWORD
from tests.support import write_config

ATTACKER = ("203.0.113.9", 4242)


def guess(client: TestClient, login: str = "admin") -> int:
    return client.get("/v1/machines", auth=(login, "wrong password")).status_code


class Clock(datetime):
    """Time that passes only when a test says so."""

    passed = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime(2026, 1, 1, 12, tzinfo=tz) + cls.passed


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    """Let no time pass."""
    monkeypatch.setattr(Clock, "passed", timedelta(0))
    monkeypatch.setattr(login, "datetime", Clock)
    return Clock


def test_wrong_passwords_have_to_wait_and_right_ones_with_them(
    clock: type[Clock], operator: TestClient
) -> None:
    attacker = as_user(operator, "admin", address=ATTACKER)
    assert [guess(attacker) for _ in range(5)] == [401] * 5
    throttled = attacker.get("/v1/machines")
    assert throttled.status_code == 429, "not even the right password is looked at"
    assert throttled.headers["retry-after"] == "1"
    assert throttled.headers["content-type"] == "application/problem+json"
    assert operator.get("/v1/machines").status_code == 200, "others are not locked out"
    clock.passed += timedelta(seconds=1)
    assert guess(attacker) == 401
    assert attacker.get("/v1/machines").headers["retry-after"] == "2"
    clock.passed += timedelta(seconds=2)
    assert attacker.get("/v1/machines").status_code == 200
    assert [guess(attacker) for _ in range(5)] == [401] * 5, "counting began anew"


def test_an_address_that_tries_many_logins_waits_too(operator: TestClient) -> None:
    attacker = as_user(operator, "admin", address=ATTACKER)
    answers = [guess(attacker, f"user{number}") for number in range(21)]
    assert answers == [401] * 20 + [429]


def test_failures_survive_a_restart(oci: Installation, operator: TestClient) -> None:
    attacker = as_user(operator, "admin", address=ATTACKER)
    for _ in range(5):
        guess(attacker)
    serve(operator.app, oci)
    again = TestClient(operator.app, client=ATTACKER)
    assert guess(again) == 429


def test_old_failures_are_forgotten(
    oci: Installation, clock: type[Clock], operator: TestClient
) -> None:
    attacker = as_user(operator, "admin", address=ATTACKER)
    for _ in range(5):
        guess(attacker)
    clock.passed += timedelta(hours=1, seconds=1)
    assert guess(attacker, "somebody") == 401
    with oci.store.read() as session:
        left = session.scalars(select(LoginFailure.failures)).all()
    assert left == [1, 1]


def test_failed_logins_are_recorded_without_what_was_typed(operator: TestClient) -> None:
    attacker = as_user(operator, "admin", address=ATTACKER)
    guess(attacker)
    record = newest(operator, result="refused")
    assert (record["actor"], record["address"], record["action"]) == ("admin", ATTACKER[0], "login")
    guess(attacker, "my-pass-phrase")
    assert newest(operator, result="refused")["actor"] == "(unknown login)"
    assert "my-pass-phrase" not in operator.get("/v1/audit").text


@pytest.fixture
def restricted(tmp_path: Path, oci: Installation) -> Installation:
    """Return an installation with a white list."""
    config = write_config(tmp_path)
    text = config.read_text().replace(
        "[network]", "[network]\nOPERATOR_NETWORKS = 192.0.2.0/24, 2001:db8::/64"
    )
    config.write_text(text)
    return open_installation(config)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("192.0.2.9", 200),
        ("::ffff:192.0.2.9", 200),
        ("2001:db8::9", 200),
        ("127.0.0.1", 200),
        ("::1", 200),
        ("10.0.0.1", 403),
        ("2001:db8:1::9", 403),
    ],
)
def test_operators_come_from_the_white_list_only(
    application: FastAPI, restricted: Installation, address: str, status: int
) -> None:
    serve(application, restricted)
    client = TestClient(application, client=(address, 50000))
    client.auth = ("admin", PASSWORD)
    assert client.get("/v1/machines").status_code == status
    assert client.get("/oci/").status_code == status
    assert client.get("/oci/login", auth=None).status_code == status
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[network]\nOPERATOR_NETWORKS = 10.0.0.1/8", "has host bits set"),
        ("[network]\nOPERATOR_NETWORKS = everybody", "everybody"),
        ("[radius]\nuse_radius = yes", "shared_secret"),
    ],
)
def test_a_wrong_configuration_stops_the_server(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "oci.conf"
    file.write_text(text)
    with pytest.raises(ValueError, match=said) as caught:
        settings.load(file)
    assert "changeme" not in str(caught.value)


@pytest.fixture
def browser(application: FastAPI) -> TestClient:
    """Return a browser that has not logged in; its cookies need https."""
    return TestClient(application, base_url="https://oci.example.com", client=("192.0.2.1", 1))


def log_in(browser: TestClient, password: str = PASSWORD, **headers: str) -> object:
    form = {"login": "admin", "password": password}
    return browser.post("/oci/login", data=form, headers=headers, follow_redirects=False)


def test_a_session_begins_and_ends(browser: TestClient, operator: TestClient) -> None:
    page = browser.get("/oci/")
    assert page.url.path == "/oci/login" and "<form" in page.text
    answer = log_in(browser, Origin="https://oci.example.com")
    assert (answer.status_code, answer.headers["location"]) == (303, "/oci/")
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/oci", "Max-Age=28800"):
        assert part in cookie
    assert "admin" in browser.get("/oci/").text
    secret = browser.cookies["__Secure-oci"]
    assert browser.post("/oci/logout").url.path == "/oci/login"
    assert "__Secure-oci" not in browser.cookies
    browser.cookies.set("__Secure-oci", secret)
    assert browser.get("/oci/").url.path == "/oci/login", "the session is over, not just forgotten"
    actions = [r["action"] for r in operator.get("/v1/audit").json()]
    assert actions[:2] == ["logout", "login"]
    assert secret not in operator.get("/v1/audit").text


def test_a_session_is_good_for_pages_only(browser: TestClient) -> None:
    log_in(browser)
    browser.cookies.set("__Secure-oci", browser.cookies["__Secure-oci"], path="/")
    assert browser.get("/v1/machines").status_code == 401


def test_sessions_expire(oci: Installation, clock: type[Clock], browser: TestClient) -> None:
    log_in(browser)
    clock.passed += timedelta(hours=8)
    assert browser.get("/oci/").url.path == "/oci/login"
    log_in(browser)
    with oci.store.read() as session:
        assert len(session.scalars(select(WebSession)).all()) == 1


def test_another_password_ends_sessions(browser: TestClient, operator: TestClient) -> None:
    log_in(browser)
    operator.patch("/v1/users/admin", json={"password": "another password"})
    assert browser.get("/oci/").url.path == "/oci/login"


def test_a_refused_login_shows_the_form_again(browser: TestClient) -> None:
    answer = log_in(browser, "<wrong>")
    assert answer.status_code == 401 and "login or password are wrong" in answer.text
    assert "set-cookie" not in answer.headers and "<wrong>" not in answer.text
    for _ in range(4):
        log_in(browser, "<wrong>")
    throttled = log_in(browser)
    assert throttled.status_code == 429 and throttled.headers["retry-after"] == "1"


def test_another_sites_form_does_not_log_in(browser: TestClient) -> None:
    for origin in ("https://evil.example", "null"):
        assert log_in(browser, Origin=origin).status_code == 403
    assert browser.get("/oci/").url.path == "/oci/login"


def test_a_viewer_sees_the_pages(browser: TestClient, operator: TestClient) -> None:
    make_user(operator, "admin2", "viewer")
    browser.post("/oci/login", data={"login": "admin2", "password": PASSWORD})
    assert "admin2" in browser.get("/oci/").text


class AwayAuthenticator:
    """An authenticator that cannot be asked."""

    def verify(self, login: str, password: str, password_hash: str) -> bool:
        raise Unavailable("the directory is away", field="radius", retry_after_s=7)


def test_further_sources_of_users_need_one_interface(
    oci: Installation, operator: TestClient
) -> None:
    body = {"login": "eve", "source": "radius"}
    assert operator.post("/v1/users", json=body).status_code == 201
    assert guess(operator, "eve") == 401, "nobody knows the password while RADIUS is not set up"
    oci.authenticators[LoginSource.RADIUS] = AwayAuthenticator()
    answer = operator.get("/v1/machines", auth=("eve", "whatever it is"))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
