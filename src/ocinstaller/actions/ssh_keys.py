"""SSH keys of root on all machines."""

import socket
from pathlib import Path

from oslo_config import cfg

from ocinstaller.pki import ssh


def prepare(conf: cfg.ConfigOpts, others: Path) -> list[str]:
    """Make the server's key pair and the list of authorised keys, where they do not exist.

    :param others: a list whose keys a new list begins with; it may be absent
    :returns: the keys that the list got
    :raises OSError: a file cannot be read or written
    :raises ValueError: the server's key is none that it can use
    """
    own = ssh.ensure_pair(Path(conf.server.ssh_key), f"oci@{socket.gethostname()}")
    return ssh.take_over(Path(conf.server.authorized_keys), own, others)
