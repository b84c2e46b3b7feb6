"""The kernel command line as settings."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocinstaller.agent.errors import SettingsError
from ocinstaller.agent.settings import Settings, command_line, parse

FINGERPRINT = "ab" * 32
BASE = f"oci.url=https://10.66.0.1 oci.ca={FINGERPRINT} oci.ca_url=http://10.66.0.1/ca.pem"


def test_a_machine() -> None:
    text = f"boot=live fetch=http://x/y console=ttyS0 {BASE} oci.boot=n0nce quiet\n"

    assert parse(text, container=False) == Settings(
        url="https://10.66.0.1",
        ca_sha256=FINGERPRINT,
        ca_url="http://10.66.0.1/ca.pem",
        boot_nonce="n0nce",
    )


def test_a_container() -> None:
    text = "\0".join(
        ["/usr/lib/systemd/systemd", *BASE.split(), "oci.serial=A B", "oci.disks=loop7"]
    )

    settings = parse(text + "\0", container=True)

    assert settings.serial == "A B"
    assert settings.disks == {"loop7"}


def test_a_container_without_named_disks_may_touch_none() -> None:
    assert parse(BASE, container=True).disks == frozenset()


def test_a_machine_without_named_disks_may_use_all() -> None:
    assert parse(BASE, container=False).disks is None


def test_quoted_values() -> None:
    assert parse(f'{BASE} "oci.serial=A B"', container=True).serial == "A B"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ("oci.url=http://10.66.0.1", "oci.url"),
        ("oci.url=https://", "oci.url"),
        ("oci.url=https://host:port", "oci.url"),
        ("oci.ca=abc", "oci.ca"),
        ("oci.ca_url=ftp://10.66.0.1", "oci.ca_url"),
        ("oci.boot=not:a:nonce", "oci.boot"),
        ("oci.disks=../sda", "oci.disks"),
        ("oci.serial=X", "oci.serial"),
    ],
)
def test_wrong_values_are_named(changed: str, field: str) -> None:
    with pytest.raises(SettingsError, match="must be") as caught:
        parse(f"{BASE} {changed}", container=False)

    assert caught.value.field == field


def test_missing_values_are_named() -> None:
    with pytest.raises(SettingsError, match="oci.url"):
        parse("quiet", container=False)


@given(st.text(), st.booleans())
def test_any_text_is_understood_or_refused(text: str, container: bool) -> None:
    try:
        parse(f"{BASE} {text}", container=container)
    except SettingsError as error:
        assert error.allowed


def test_where_the_command_line_comes_from(tmp_path: Path) -> None:
    (tmp_path / "proc/1").mkdir(parents=True)
    (tmp_path / "proc/cmdline").write_text("host")
    (tmp_path / "proc/1/cmdline").write_text("init\0guest\0")
    assert command_line(tmp_path) == ("host", False)

    (tmp_path / "run/systemd").mkdir(parents=True)
    (tmp_path / "run/systemd/container").write_text("systemd-nspawn")
    assert command_line(tmp_path) == ("init\0guest\0", True)
