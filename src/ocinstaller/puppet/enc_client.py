"""`oci-puppet-external-node-classifier HOSTNAME`: Puppet's external node classifier.

Prints the machine's classification as YAML. Puppet's contract for such a command: exit code 0 and
YAML, or another exit code, which fails the machine's run (the "exec" node terminus).

The last good answer of every machine is kept, so that an outage of the provisioner breaks no
Puppet run. An explicit "unknown" is never answered from there, and forgets what was kept: a
machine that was taken out of the cluster must not keep its classes.
"""

import contextlib
import os
import sys
from http import HTTPStatus
from pathlib import Path

from ocinstaller.puppet.client import (
    ClientError,
    Settings,
    SettingsError,
    UnavailableError,
    check_certname,
    load_settings,
    request,
    settings_path,
)

ENC_PATH = "/puppet/v1/enc/"


def main() -> int:
    """Entry point; returns the exit code."""
    arguments = sys.argv[1:]
    if len(arguments) != 1:
        print("usage: oci-puppet-external-node-classifier HOSTNAME", file=sys.stderr)
        return 2
    try:
        sys.stdout.write(classify(arguments[0]))
    except ClientError as error:
        _complain(str(error))
        return 1
    return 0


def classify(hostname: str) -> str:
    """The classification of a machine as YAML text.

    :raises ClientError: the machine is unknown, or the server is unavailable and no answer of
        it was kept.
    """
    certname = check_certname(hostname)
    settings = load_settings(settings_path())
    kept = settings.cache_dir / f"{certname}.yaml"
    try:
        answer = _ask(settings, certname, kept)
    except UnavailableError as error:
        return _last_good(kept, error)
    _keep(kept, answer)
    return answer


def _ask(settings: Settings, certname: str, kept: Path) -> str:
    answer = request(settings, "GET", ENC_PATH, certname)
    if answer.status == HTTPStatus.NOT_FOUND:
        _forget(kept)
        raise ClientError(f"{certname} is unknown to OCI")
    if answer.status != HTTPStatus.OK:
        raise SettingsError(f"the server refuses to classify {certname}: status {answer.status}")
    if not answer.body.strip():
        raise UnavailableError("the server's answer is empty")
    return answer.body


def _last_good(kept: Path, reason: UnavailableError) -> str:
    try:
        text = kept.read_text(encoding="utf-8")
    except OSError as error:
        raise ClientError(f"{reason}; no earlier answer is kept in {kept}") from error
    _complain(f"{reason}; using the last good answer, {kept}")
    return text


def _keep(kept: Path, text: str) -> None:
    """Write the answer for bad days; failing to is a warning, today's answer is good."""
    temporary = kept.with_suffix(f".{os.getpid()}.tmp")
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(kept)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        _complain(f"cannot keep the answer in {kept}: {error}")


def _forget(kept: Path) -> None:
    try:
        kept.unlink(missing_ok=True)
    except OSError as error:
        _complain(f"cannot delete {kept}: {error}")


def _complain(message: str) -> None:
    print(f"oci-puppet-external-node-classifier: {message}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
