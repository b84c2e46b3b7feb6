"""Images with the packages of a role; `apt-get` and `systemctl` are stand-ins that write calls down."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ocinstaller.images import ImageKind, prepared
from ocinstaller.images.base import base_command
from ocinstaller.images.errors import ImageError
from ocinstaller.images.kinds import PREPARED, TRAITS
from ocinstaller.images.packages import of_role
from ocinstaller.images.recipe import Recipe
from ocinstaller.puppet.classification import ROLE_CLASSES

PEM = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
BEFORE = "ssh.service enabled enabled\n"
AFTER = BEFORE + "mariadb.service enabled enabled\nepmd.socket enabled enabled\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system in which installing packages enables two units and makes what it always makes."""
    root, tools = tmp_path / "root", tmp_path / "bin"
    tools.mkdir()
    (root / "etc/iscsi").mkdir(parents=True)
    (root / "var/lib/rabbitmq").mkdir(parents=True)
    scripts = {
        "chroot": f"touch {root}/installed\n"
        f"echo 'InitiatorName=iqn.1993-08.org.debian:01:1' > {root}/etc/iscsi/initiatorname.iscsi\n"
        f"echo COOKIE > {root}/var/lib/rabbitmq/.erlang.cookie\n",
        "systemctl": 'case "$*" in *list-unit-files*)\n'
        f"printf '{BEFORE}'; [ ! -e {root}/installed ] || printf '{AFTER.removeprefix(BEFORE)}'\n"
        "esac\n",
    }
    for name, body in scripts.items():
        tool = tools / name
        tool.write_text(f'#!/bin/sh -e\necho "{name} $*" >> {tmp_path}/calls\n{body}')
        tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    return root


def calls(root: Path) -> list[str]:
    return (root.parent / "calls").read_text().splitlines()


def test_what_packages_bring_does_not_start_by_itself(root: Path) -> None:
    prepared.prepare(root, ("mariadb-server", "rabbitmq-server"))
    (install,) = [call for call in calls(root) if call.startswith("chroot")]
    assert install.endswith("install mariadb-server rabbitmq-server")
    assert "--no-install-recommends" in install
    (disable,) = [call for call in calls(root) if " disable " in call]
    assert disable.endswith("disable epmd.socket mariadb.service")


def test_no_two_machines_share_a_name_or_a_secret(root: Path) -> None:
    prepared.prepare(root, ("open-iscsi",))
    assert (root / "etc/iscsi/initiatorname.iscsi").read_text() == "GenerateName=yes\n"
    assert not (root / "var/lib/rabbitmq/.erlang.cookie").exists()


def test_a_private_key_in_an_image_is_refused(root: Path) -> None:
    key = root / "var/lib/service/key.pem"
    key.parent.mkdir(parents=True)
    (key.parent / "about.js").write_text("const begin = '-----BEGIN PRIVATE KEY-----';\n")
    key.write_bytes(Ed25519PrivateKey.generate().private_bytes(*PEM))
    with pytest.raises(ImageError, match="share var/lib/service/key.pem$"):
        prepared.prepare(root, ("service",))


@pytest.mark.parametrize("kind", PREPARED.values())
def test_a_prepared_image_is_a_target_with_the_packages_of_its_role(settings, kind) -> None:
    recipe, target = Recipe(kind, settings), Recipe(ImageKind.TARGET, settings)
    assert recipe.packages == target.packages
    assert recipe.role_packages == of_role(TRAITS[kind].role) != ()
    assert recipe.base_digest() != target.base_digest()
    assert recipe.overlay == "target"


def test_every_role_with_packages_that_can_be_deployed_can_be_prepared() -> None:
    assert PREPARED.keys() == {role for role in ROLE_CLASSES if of_role(role)}


def test_only_prepared_images_take_the_hook(settings, tmp_path: Path) -> None:
    def hooks(kind: ImageKind) -> list[str]:
        argv = base_command(Recipe(kind, replace(settings)), tmp_path / "a", tmp_path / "p")
        return [word for word in argv if word.startswith("--customize-hook")]

    assert hooks(ImageKind.TARGET) == hooks(ImageKind.LIVE) == []
    assert len(hooks(ImageKind.CONTROLLER)) == 1
