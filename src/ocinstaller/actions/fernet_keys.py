"""Keys of Keystone's tokens, replaced in time without a hand.

The next key is on all machines long before tokens are made with it, so it does not matter in which
order they get what a rotation changes: in the hour that Puppet needs to bring it everywhere, each
machine reads the tokens of each other. Nobody has to start a rotation: whenever a machine asks for
its classes, it is looked whether one is due.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.model.secret_kinds import SecretKind, generate
from ocinstaller.model.services.identity import FERNET_KEYS
from ocinstaller.store import queries
from ocinstaller.store.tables import Cluster, Machine, Secret

INTERVAL = timedelta(days=7)
"""A key is that of new tokens for this long; many times what Puppet needs to bring the next one."""


def rotate_when_due(oci: Installation, certname: str) -> None:
    """Replace the keys of a machine's cluster when it is time; a machine without one changes none.

    :param certname: host name of the machine
    """
    with oci.store.read() as session:
        named = select(Cluster.name).join(Machine).where(Machine.hostname == certname)
        name = session.scalar(named)
        due = name is not None and _is_due(session, name)
    if name is not None and due:
        oci.store.write(lambda session: _rotate(session, oci, name))


def _is_due(session: Session, name: str) -> bool:
    """Tell whether the next key has been waiting long enough; without one, nothing is due."""
    query = select(Secret).join(Cluster).where(Cluster.name == name, Secret.name == FERNET_KEYS[0])
    following = session.scalar(query)
    if following is None:
        return False
    return following.set_at is None or following.set_at <= datetime.now(UTC) - INTERVAL


def _rotate(session: Session, oci: Installation, name: str) -> None:
    """Let each key grow older by one place, unless somebody else just did."""
    cluster = queries.cluster(session, name, lock=True)
    if not _is_due(session, name):
        return
    oci.vault.create_cluster_secrets(session, cluster.id)
    session.flush()
    rows = [session.get_one(Secret, (cluster.id, key)) for key in FERNET_KEYS]
    now = datetime.now(UTC)
    for younger, older in reversed(list(pairwise(rows))):
        older.ciphertext, older.set_at = younger.ciphertext, now
    rows[0].ciphertext = oci.vault.seal(generate(SecretKind.FERNET_KEY))
    rows[0].set_at = now
