"""Builds with stand-ins for the external tools: what runs when, and what interruptions leave."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from ocinstaller.images import CommandError, ImageKind, build, current
from ocinstaller.images import recipe as recipe_module
from ocinstaller.images.imageset import load

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
]

BASE = """\
root=$(mktemp -d)
mkdir -p "$root/boot" "$root/etc/apt/sources.list.d" "$root/etc/systemd/system" "$root/etc/ssh"
mkdir -p "$root/root" "$root/usr/bin" "$root/var/log" "$root/var/lib/dbus"
echo kernel > "$root/boot/vmlinuz-6"; echo initrd > "$root/boot/initrd.img-6"
ln -s boot/vmlinuz-6 "$root/vmlinuz"; ln -s boot/initrd.img-6 "$root/initrd.img"
echo build-host > "$root/etc/hostname"; echo nameserver 192.0.2.1 > "$root/etc/resolv.conf"
echo private > "$root/etc/ssh/ssh_host_ed25519_key"
echo line > "$root/var/log/dpkg.log"
for word; do case "$word" in *.tar.zst) tar --zstd -cf "$word" -C "$root" .;; esac; done
rm -r "$root"
"""
PACK = 'tar -cf "$2" -C "$1" .\n'


class Tools:
    """Stand-ins on PATH that write down their calls."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.log = directory / "calls"
        self.log.touch()
        for name, body in (
            ("mmdebstrap", BASE),
            ("mksquashfs", PACK),
            ("systemctl", ""),
            ("chroot", ""),
        ):
            self.replace(name, body)

    def replace(self, name: str, body: str) -> None:
        tool = self.directory / name
        tool.write_text(f"#!/bin/sh -e\necho {name} >> {self.log}\n{body}")
        tool.chmod(0o755)

    def calls(self) -> list[str]:
        found = self.log.read_text().split()
        self.log.write_text("")
        return found


@pytest.fixture
def tools(tmp_path, monkeypatch):
    directory = tmp_path / "bin"
    directory.mkdir()
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    return Tools(directory)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A small stand-in for the source of the agent."""
    root = tmp_path / "ocinstaller"
    for part in ("agent", "model"):
        (root / part).mkdir(parents=True)
    (root / "__init__.py").write_text("")
    (root / "agent/live.py").write_text("a = 1\n")
    monkeypatch.setattr(recipe_module, "PACKAGE_ROOT", root)
    monkeypatch.setattr("ocinstaller.images.customise.PACKAGE_ROOT", root)
    return root


def contents(image, *options):
    """What is in an image made by the stand-in for mksquashfs, which is tar."""
    return subprocess.run(
        ["tar", *options, "-f", image.squashfs],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout


def leftovers(settings):
    return [path.name for path in settings.output.iterdir() if ".build-" in path.name]


def test_an_image_is_built_once(settings, tools, package):
    first = build(ImageKind.LIVE, settings)
    assert tools.calls() == ["mmdebstrap", "chroot", "systemctl", "mksquashfs"]
    assert build(ImageKind.LIVE, settings) == first
    assert tools.calls() == []
    assert current(settings.output, ImageKind.LIVE) == first
    assert leftovers(settings) == []


def test_a_change_of_the_agent_does_not_install_packages_again(settings, tools, package):
    first = build(ImageKind.TARGET, settings)
    tools.calls()
    (package / "agent/live.py").write_text("a = 2\n")
    second = build(ImageKind.TARGET, settings)
    assert tools.calls() == ["chroot", "systemctl", "mksquashfs"]
    assert second.digest != first.digest
    assert current(settings.output, ImageKind.TARGET) == second
    assert load(first.directory) == first


def test_kernel_and_initrd_lie_beside_a_live_image_and_inside_a_target_image(
    settings, tools, package
):
    live = build(ImageKind.LIVE, settings)
    assert set(live.files) == {"vmlinuz", "initrd.img", "filesystem.squashfs"}
    assert (live.directory / "vmlinuz").read_text() == "kernel\n"
    assert "vmlinuz" not in contents(live, "-t")
    target = build(ImageKind.TARGET, settings)
    assert set(target.files) == {"filesystem.squashfs"}
    assert "./boot/vmlinuz-6" in contents(target, "-t")


def test_nothing_of_the_build_host_stays_in_the_image(settings, tools, package):
    image = build(ImageKind.TARGET, settings)
    names = contents(image, "-t").split()
    for absent in ("etc/resolv.conf", "etc/hostname", "etc/ssh/ssh_host_ed25519_key"):
        assert f"./{absent}" not in names
    assert contents(image, "-xO", "./etc/machine-id") == ""
    sources = contents(image, "-xO", "./etc/apt/sources.list.d/debian.sources")
    assert f"URIs: {settings.mirror}\n" in sources


def test_only_the_holders_of_keys_get_in(settings, tools, package):
    without = build(ImageKind.LIVE, settings)
    assert "authorized_keys" not in contents(without, "-t")
    key = "ssh-ed25519 AAAA operator"
    image = build(ImageKind.LIVE, replace(settings, authorized_keys=(key,)))
    assert contents(image, "-xO", "./root/.ssh/authorized_keys") == f"{key}\n"
    listing = contents(image, "-tv", "./root/.ssh")
    assert [line.split()[0] for line in listing.splitlines()] == ["drwx------", "-rw-------"]
    assert "PasswordAuthentication no" in contents(
        image, "-xO", "./etc/ssh/sshd_config.d/10-oci.conf"
    )
    masked = contents(image, "-tv", "./etc/systemd/system/getty.target")
    assert masked.rstrip().endswith("-> /dev/null")


@pytest.mark.parametrize("tool", ["mmdebstrap", "chroot", "mksquashfs"])
def test_a_failure_leaves_the_last_image_in_place(settings, tools, package, tool):
    first = build(ImageKind.LIVE, settings)
    tools.replace(tool, "echo no space left; exit 7\n")
    changed = replace(settings, edition="2")
    with pytest.raises(CommandError, match="no space left") as caught:
        build(ImageKind.LIVE, changed)
    assert caught.value.reason == "exit code 7"
    assert current(settings.output, ImageKind.LIVE) == first
    assert leftovers(settings) == []
    directories = [path for path in first.directory.parent.iterdir() if path.name != "current"]
    assert directories == [first.directory]


def test_a_build_after_a_killed_one_cleans_up_and_finishes(settings, tools, package):
    stale = settings.output / ".live.build-killed"
    (stale / "root").mkdir(parents=True)
    build(ImageKind.LIVE, settings)
    assert leftovers(settings) == []


@pytest.mark.root
def test_what_a_failed_build_mounted_is_gone(settings, tools, package):
    tools.replace(
        "mmdebstrap",
        'for word; do case "$word" in *.tar.zst) inside=$(dirname "$word")/sys; mkdir "$inside"; '
        'mount -t tmpfs none "$inside"; echo precious > "$inside/file";; esac; done; exit 7\n',
    )
    with pytest.raises(CommandError, match="exit code 7"):
        build(ImageKind.LIVE, settings)
    assert str(settings.output) not in Path("/proc/self/mounts").read_text()
    assert leftovers(settings) == []


def test_a_damaged_image_is_built_again(settings, tools, package):
    first = build(ImageKind.LIVE, settings)
    first.squashfs.write_bytes(b"cut")
    tools.calls()
    assert build(ImageKind.LIVE, settings).digest == first.digest
    assert tools.calls() == ["chroot", "systemctl", "mksquashfs"]
    assert load(first.directory).files.keys() == first.files.keys()


def test_termination_stops_the_tools_and_leaves_nothing(settings, tools, tmp_path):
    marker = tmp_path / "stopped"
    ready = tmp_path / "ready"
    os.mkfifo(ready)
    tools.replace(
        "mmdebstrap",
        f"trap 'echo stopped > {marker}; exit 1' TERM\necho > {ready}\n"
        "while :; do sleep 0.1 || :; done\n",
    )
    command = [
        sys.executable,
        "-c",
        "import sys; from ocinstaller.images.command import main; sys.exit(main(sys.argv[1:]))",
        "live",
        f"--output={settings.output}",
        f"--mirror={settings.mirror}",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        ready.read_text()
        process.terminate()
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "nothing half-made" in errors
    assert marker.exists()
    assert leftovers(settings) == []
    assert not (settings.output / "live/current").exists()
