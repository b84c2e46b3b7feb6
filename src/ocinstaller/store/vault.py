"""Encrypts the secrets of clusters at rest."""

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import select
from sqlalchemy.orm import Session

from ocinstaller.files import create_once
from ocinstaller.model.secret_kinds import generate
from ocinstaller.model.secret_specs import SECRETS
from ocinstaller.store.tables import Secret


class VaultError(Exception):
    """The key does not open the stored secrets: it was exchanged or lost."""


class SecretsMissing(Exception):
    """A cluster is older than a secret that a service of this version needs."""

    def __init__(self, cluster_id: int) -> None:
        """Remember the cluster whose secrets have to be completed."""
        super().__init__(f"cluster {cluster_id} lacks secrets")
        self.cluster_id = cluster_id


class Vault:
    """Seals and opens secrets with a key that lives in a file, not in the data base."""

    def __init__(self, key_file: Path) -> None:
        """Read the key, making it on first use (mode 0600)."""
        create_once(key_file, Fernet.generate_key(), mode=0o600)
        self._key_file = key_file
        self._fernet = Fernet(key_file.read_bytes())

    def seal(self, text: str) -> bytes:
        """Return `text` encrypted and authenticated."""
        return self._fernet.encrypt(text.encode())

    def open(self, ciphertext: bytes) -> str:
        """Return the text.

        :raises VaultError: when it was sealed with another key
        """
        try:
            return self._fernet.decrypt(ciphertext).decode()
        except InvalidToken:
            raise VaultError(f"{self._key_file} is not the key of this data base") from None

    def create_cluster_secrets(self, session: Session, cluster_id: int) -> None:
        """Generate every secret that the cluster does not have yet."""
        for spec in SECRETS:
            if session.get(Secret, (cluster_id, spec.name)) is None:
                sealed = self.seal(generate(spec.kind))
                session.add(Secret(cluster_id=cluster_id, name=spec.name, ciphertext=sealed))

    def cluster_secrets(
        self, session: Session, cluster_id: int, names: list[str]
    ) -> dict[str, str]:
        """Return the named secrets of a cluster.

        :raises SecretsMissing: when `create_cluster_secrets` has to make some of them first
        """
        query = select(Secret.name, Secret.ciphertext).where(
            Secret.cluster_id == cluster_id, Secret.name.in_(names)
        )
        sealed = dict(session.execute(query).tuples().all())
        if not sealed.keys() >= set(names):
            raise SecretsMissing(cluster_id)
        return {name: self.open(sealed[name]) for name in names}
