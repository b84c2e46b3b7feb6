"""Runs a part of tempest against the deployed cloud, as one of its clients.

Tempest is Debian's package, installed on the first controller as any other client; its requests go
the way of all of them: over the public network to the cluster's address, by name, with certificates
verified.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ocinstaller.lab.command import follow
from ocinstaller.lab.container import ContainerMachine
from ocinstaller.lab.errors import CommandError, StageError
from ocinstaller.lab.tenant import CheckError, Tenant

PART = Path(__file__).parent / "data" / "tempest.txt"
DIRECTORY = "/root/oci-tempest"
INSTALL_S = 600.0
RUN_S = 7200.0
WORKERS = 2

SERVICES = {
    "cinder": "block-storage",
    "glance": "image",
    "neutron": "network",
    "nova": "compute",
    "swift": "object-store",
}
"""By tempest's name of a service: its type in the catalogue."""

_CONFIGURE = """
import configparser, json, os, sys
path, settings = sys.argv[1], json.loads(sys.argv[2])
env = os.environ
settings["identity"] |= {
    "uri": env["OS_AUTH_URL"],
    "uri_v3": env["OS_AUTH_URL"],
    "region": env["OS_REGION_NAME"],
    "ca_certificates_file": env["OS_CACERT"],
}
settings["auth"] |= {
    "admin_username": env["OS_USERNAME"],
    "admin_password": env["OS_PASSWORD"],
    "admin_project_name": env["OS_PROJECT_NAME"],
    "admin_domain_name": env["OS_PROJECT_DOMAIN_NAME"],
}
parser = configparser.ConfigParser(interpolation=None)
parser.read_dict(settings)
os.umask(0o077)
os.makedirs(os.path.dirname(path), exist_ok=True)
with open(path, "w") as file:
    parser.write(file)
"""
"""Writes the configuration; passwords come through the environment, not as arguments."""

_FINISHED = re.compile(r"\{\d+\} (?P<test>\S+).* \.\.\. (?P<ended>ok|FAILED|SKIPPED)\b")
"""A test's line in the output of `tempest run`, which is that of stestr."""


@dataclass
class Outcome:
    """How tests ended: their names."""

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def take(self, line: str) -> None:
        """Note a test's end; other lines tell nothing.

        The set-up of a class counts as a test when it fails or skips what it is of.
        """
        found = _FINISHED.match(line)
        if found:
            lists = {"ok": self.passed, "FAILED": self.failed, "SKIPPED": self.skipped}
            lists[found["ended"]].append(found["test"])

    def __str__(self) -> str:
        return (
            f"tempest: {len(self.passed)} passed, {len(self.skipped)} skipped, "
            f"{len(self.failed)} failed"
        )


def run(
    tenant: Tenant,
    controller: ContainerMachine,
    show: Callable[[str], None],
    patterns: Sequence[str] = (),
) -> Outcome:
    """Install tempest, prepare what its tests need, run them, and remove all but the package.

    :param patterns: regular expressions of tests' names; the part of `data/tempest.txt` by default.
    :raises StageError: it could not run, or none of its tests did.
    """
    show("installing tempest")
    apt = ("apt-get", "--quiet", "--yes", "--no-install-recommends", "install", "tempest")
    controller.execute("env", "DEBIAN_FRONTEND=noninteractive", *apt, timeout_s=INSTALL_S)
    controller.execute("rm", "-rf", DIRECTORY)
    try:
        show("preparing an image and flavors")
        _write_configuration(tenant, settings(tenant.services, _resources(tenant)))
        chosen = patterns or [
            line for line in PART.read_text().splitlines() if line and not line.startswith("#")
        ]
        return _run(tenant, chosen, show)
    finally:
        try:
            tenant.clean_up()
        except CheckError as error:
            show(str(error))
        controller.execute("rm", "-rf", DIRECTORY)


def settings(services: frozenset[str], compute: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Tempest's configuration without what only the client's environment knows.

    :param services: types in the catalogue.
    :param compute: settings that name the image and the flavors.
    """
    available = {name: kind in services for name, kind in SERVICES.items()}
    return {
        "DEFAULT": {"log_file": f"{DIRECTORY}/tempest.log"},
        "oslo_concurrency": {"lock_path": f"{DIRECTORY}/lock"},
        "auth": {"use_dynamic_credentials": True, "default_credentials_domain_name": "Default"},
        "identity": {"auth_version": "v3", "v3_endpoint_type": "public"},
        "service_available": {**available, "horizon": False},
        "compute": {"build_timeout": 300, **compute},
        "validation": {"run_validation": False},
        "object-storage": {
            "operator_role": "SwiftOperator",
            "reseller_admin_role": "ResellerAdmin",
        },
    }


def _resources(tenant: Tenant) -> dict[str, str]:
    """Make an image and two flavors for servers and return the settings that name them."""
    if not {"compute", "image"} <= tenant.services:
        return {}
    path, _ = tenant.file("tempest", blocks=4096)
    raw = ("--disk-format", "raw", "--container-format", "bare", "--public", "--file", path)
    image = tenant.admin.ask("image", "create", *raw, tenant.name)["id"]
    tenant.later(tenant.admin, "image", "delete", image)
    found = {"image_ref": image, "image_ref_alt": image}
    for key, memory in (("flavor_ref", "64"), ("flavor_ref_alt", "128")):
        size = ("--ram", memory, "--disk", "1", "--vcpus", "1")
        flavor = tenant.admin.ask("flavor", "create", *size, f"{tenant.name}-{memory}")["id"]
        tenant.later(tenant.admin, "flavor", "delete", flavor)
        found[key] = flavor
    return found


def _write_configuration(tenant: Tenant, wanted: dict[str, dict[str, Any]]) -> None:
    script = ("python3", "-c", _CONFIGURE, f"{DIRECTORY}/tempest.conf", json.dumps(wanted))
    tenant.admin.program(*script)


def _run(tenant: Tenant, patterns: Sequence[str], show: Callable[[str], None]) -> Outcome:
    outcome = Outcome()

    def line(text: str) -> None:
        outcome.take(text)
        show(text)

    tests = ("--regex", "|".join(f"({pattern})" for pattern in patterns))
    command = ("tempest", "run", "--config-file", "tempest.conf", *tests)
    argv, environment = tenant.admin.outside(
        *("sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", DIRECTORY),
        *(*command, "--concurrency", str(WORKERS)),
    )
    try:
        follow(argv, line, timeout_s=RUN_S, env=environment)
    except CommandError:
        if not outcome.failed:
            raise
    if not outcome.passed:
        raise StageError("tempest ran no test that passed")
    return outcome
