"""Keystone: who somebody is, and where everything is found."""

from ocinstaller.model.secret_kinds import SecretKind
from ocinstaller.model.services.entries import (
    Api,
    CatalogueEntry,
    Database,
    Deployment,
    Secret,
    Service,
    control,
    tcp,
)

FERNET_KEYS = ("keystone_fernet_0", "keystone_fernet_1", "keystone_fernet_2", "keystone_fernet_3")
"""Keys of tokens by their age: the next one, which machines have before any token is made with it,
the one that tokens are made with, and two former ones, whose tokens are still read."""
_KEYS = (*FERNET_KEYS, "keystone_credential_0", "keystone_credential_1")

IDENTITY: tuple[Service, ...] = (
    Service(
        "keystone",
        tcp(5000),
        control(),
        Deployment(
            "keystone",
            (
                "keystone",
                "python3-mysqldb",
                "python3-openstackclient",
                "python3-pymemcache",
                "python3-pymysql",
            ),
            Api("identity", 5000, catalogue=(CatalogueEntry("identity", "keystone", "/v3"),)),
            databases=(Database("keystone"),),
            message_user="keystone",
            secrets=(
                Secret("keystone_admin"),
                *(Secret(name, SecretKind.FERNET_KEY) for name in _KEYS),
            ),
        ),
    ),
)
