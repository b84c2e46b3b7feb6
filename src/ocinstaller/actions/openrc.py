"""How to be the administrator of a cluster that was deployed."""

from sqlalchemy.orm import Session

from ocinstaller.actions import api_certificates
from ocinstaller.actions.context import Installation
from ocinstaller.model import naming, openrc
from ocinstaller.store import queries, snapshots

ADMIN_SECRET = "keystone_admin"  # noqa: S105 - a name


def administrator(session: Session, oci: Installation, name: str) -> str:
    """Return the lines of a shell that make `openstack` the administrator of a cluster.

    :raises NotFound: there is none of this name
    """
    row = queries.cluster(session, name)
    cluster = snapshots.cluster_snapshot(session, row)
    vip_hostname = str(cluster.setting("vip_hostname"))
    host = naming.api_hostname(cluster.name, cluster.domain, vip_hostname)
    password = oci.vault.cluster_secrets(session, row.id, [ADMIN_SECRET])[ADMIN_SECRET]
    given = api_certificates.api_authorities(session, oci, row)
    ca_file = openrc.API_CA_FILE if given else openrc.CA_FILE
    return openrc.openrc(host, str(cluster.setting("region_name")), password, ca_file)
