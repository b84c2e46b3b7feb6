"""OCI's CA itself: its intermediate, certificates of clients, the integrity of its files."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ocinstaller import settings
from ocinstaller.actions.context import Installation
from ocinstaller.model import naming
from ocinstaller.pki import inventory
from ocinstaller.pki.authority import Authority
from ocinstaller.pki.integrity import Examination
from ocinstaller.pki.integrity import examine as examine_files
from ocinstaller.pki.intermediates import load
from ocinstaller.pki.inventory import CertificateKind


@dataclass(frozen=True)
class IntermediateUse:
    """An intermediate CA and the certificates that it signed."""

    present: bool
    fingerprint: str
    not_after: datetime
    names: tuple[str, ...]


def client_certificate(oci: Installation, name: str) -> Path:
    """Make a certificate that proves the client `name`; return the file with key and chain.

    :raises InvalidValue: the name is no host name
    """
    naming.check_domain("name", name)
    names = list(dict.fromkeys([name, name.split(".")[0]]))
    oci.authority.issue(names, [], client=True)
    return oci.authority.bundle_file(name, client=True)


def renew_intermediate(oci: Installation) -> None:
    """Put another intermediate CA under the same root in the place of the present one."""
    oci.authority.renew_intermediate()
    _record(oci)


def forget_intermediates(oci: Installation) -> None:
    """Forget the former intermediates that no certificate leads to any more."""
    used = {use.fingerprint for use in intermediates(oci) if use.present or use.names}
    for file in oci.authority.intermediates.former_files():
        if _fingerprint(file) not in used:
            oci.authority.drop_former(file)
    _record(oci)


def _record(oci: Installation) -> None:
    """Let the audit have it; a transaction may run twice, so the work itself is not in it."""
    oci.store.write(lambda _session: None)


def intermediates(oci: Installation) -> list[IntermediateUse]:
    """Return the intermediates, the present one first, and what each signed."""
    authority = oci.authority
    names: dict[Path, list[str]] = {
        file: [] for file in (authority.intermediate_file, *authority.intermediates.former_files())
    }
    for file in sorted(authority.leaves.glob("*/*.crt")):
        issuer = authority.intermediates.issuer_of(load(file))
        if issuer is not None:
            names[issuer].append(file.stem)
    return [
        IntermediateUse(
            file == authority.intermediate_file,
            _fingerprint(file),
            load(file).not_valid_after_utc,
            tuple(signed),
        )
        for file, signed in names.items()
    ]


def _fingerprint(file: Path) -> str:
    kind = CertificateKind.INTERMEDIATE
    return inventory.describe(file.read_bytes(), file.stem, kind).fingerprint


def examine(config_file: Path) -> Examination:
    """Look at the CA's files of an installation; nothing is made.

    :raises cfg.Error: the configuration is wrong
    """
    conf = settings.load(config_file)
    directory = Path(conf.server.state_dir) / "ssl"
    return examine_files(
        Authority(directory, key_type=conf.pki.key_type, leaf_days=conf.pki.leaf_days)
    )
