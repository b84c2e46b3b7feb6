"""The services that a cluster is made of, as one table: where each runs, when, on which ports.

The order of the table is the order in which a machine's services are deployed.
"""

from ocinstaller.model.services.base import BASE
from ocinstaller.model.services.cloud import CLOUD_SERVICES
from ocinstaller.model.services.conditions import (
    BACKUPS,
    CINDER,
    CLOUD,
    COMPUTE,
    CONDITIONS,
    DESIGNATE,
    EXTERNAL_BACKUPS,
    OSDS,
    OWN_NETWORK_NODES,
    OWN_OBJECT_STORE,
    TELEMETRY,
)
from ocinstaller.model.services.entries import (
    Api,
    CatalogueEntry,
    Database,
    Deployment,
    On,
    Port,
    Reach,
    Secret,
    Service,
    ServiceUser,
    Transport,
)
from ocinstaller.model.services.identity import IDENTITY
from ocinstaller.model.services.openstack import OPENSTACK
from ocinstaller.model.services.storage import STORAGE

SERVICES: tuple[Service, ...] = (*BASE, *IDENTITY, *CLOUD_SERVICES, *OPENSTACK, *STORAGE)
"""All services. Conditions on the machine itself stand behind those on the cluster."""

__all__ = [
    "BACKUPS",
    "CINDER",
    "CLOUD",
    "COMPUTE",
    "CONDITIONS",
    "DESIGNATE",
    "EXTERNAL_BACKUPS",
    "OSDS",
    "OWN_NETWORK_NODES",
    "OWN_OBJECT_STORE",
    "SERVICES",
    "TELEMETRY",
    "Api",
    "CatalogueEntry",
    "Database",
    "Deployment",
    "On",
    "Port",
    "Reach",
    "Secret",
    "Service",
    "ServiceUser",
    "Transport",
]
