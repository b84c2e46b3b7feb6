"""Which secrets a cluster has, what each looks like, and which services may know it.

All of it follows from the table of services.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ocinstaller.model.secret_kinds import SecretKind
from ocinstaller.model.services import SERVICES, Deployment
from ocinstaller.model.services.entries import Secret, database_secret, message_secret

_KEEPERS = {"databases": "mariadb", "message users": "rabbitmq", "users": "keystone"}
"""The service that makes the users of each kind, and so knows all their passwords."""


@dataclass(frozen=True)
class SecretSpec:
    """One secret of a cluster."""

    name: str
    kind: SecretKind
    services: frozenset[str]
    """Services whose machines receive it."""


def _known_to(deployment: Deployment) -> Iterator[tuple[Secret, str | None]]:
    """Return what a service knows: each secret, and who else has to know it."""
    for database in deployment.databases:
        yield Secret(database_secret(database.owner)), _KEEPERS["databases"]
    if deployment.message_user:
        yield Secret(message_secret(deployment.message_user)), _KEEPERS["message users"]
    if deployment.user:
        yield Secret(deployment.user.secret), _KEEPERS["users"]
    for secret in deployment.secrets:
        yield secret, None


def _specs() -> Iterator[SecretSpec]:
    kinds: dict[str, SecretKind] = {}
    services: dict[str, set[str]] = {}
    deployed = [(s.name, s.deployment) for s in SERVICES if s.deployment]
    for name, deployment in deployed:
        for secret, keeper in _known_to(deployment):
            kinds[secret.name] = secret.kind
            services.setdefault(secret.name, set()).update({name, keeper or name})
    for name, deployment in deployed:
        for secret_name in deployment.reads:
            services[secret_name].add(name)
    for secret_name, kind in kinds.items():
        yield SecretSpec(secret_name, kind, frozenset(services[secret_name]))


SECRETS: tuple[SecretSpec, ...] = tuple(_specs())


def names_for_services(services: Collection[str]) -> list[str]:
    """Return the names of the secrets that a machine with these services receives."""
    return [spec.name for spec in SECRETS if not spec.services.isdisjoint(services)]
