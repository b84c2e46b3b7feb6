"""Conditions that several services and back ends share."""

from ocinstaller.model.placement.conditions import All, AnyOf, Has, HasOsds, Named
from ocinstaller.model.placement.inputs import (
    BACKUP_TO_EXTERNAL_SWIFT,
    DESIGNATE_WANTED,
    EXTERNAL_SWIFT,
    TELEMETRY_WANTED,
)

OSDS = HasOsds()
COMPUTE = Has("compute")
CLOUD = Named("cloud", All(Has("controller"), COMPUTE))
"""There is something to compute on, and somebody who answers for it."""
CINDER = Named("block storage", All(CLOUD, AnyOf(OSDS, Has("volume"))))
EXTERNAL_BACKUPS = Named("external backup store", All(EXTERNAL_SWIFT, BACKUP_TO_EXTERNAL_SWIFT))
BACKUPS = Named("volume backups", All(CINDER, AnyOf(OSDS, EXTERNAL_BACKUPS, Has("swiftstore"))))
TELEMETRY = Named("telemetry", All(TELEMETRY_WANTED, CLOUD, OSDS))
DESIGNATE = Named("DNS service", All(DESIGNATE_WANTED, CLOUD))
CONDITIONS = (CLOUD, CINDER, EXTERNAL_BACKUPS, BACKUPS, TELEMETRY, DESIGNATE)
"""Conditions with a name: the documentation explains each once."""
OWN_OBJECT_STORE = All(Has("swiftstore"), Has("swiftproxy"))
"""Swift that can be used: stores, and proxies that lead to them."""
SHARED_IMAGES = Named(
    "a store that all controllers reach", AnyOf(OSDS, EXTERNAL_SWIFT, OWN_OBJECT_STORE)
)
"""Without one, images are files on the disk of a controller, which the others do not see."""
OWN_NETWORK_NODES = Has("network")
