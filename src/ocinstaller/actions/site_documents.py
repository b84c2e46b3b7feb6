"""Documents that the site keeps beside the configuration, read anew whenever they are needed.

They are files of the server, as for the original OCI. Several servers on one data base have each
its own: whoever replaces one does so on each.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from ocinstaller.actions.context import Installation
from ocinstaller.files import write_atomic
from ocinstaller.model import roles
from ocinstaller.model.errors import Conflict, InvalidValue, NotFound, OciError
from ocinstaller.model.profiles import HardwareProfiles
from ocinstaller.model.racking import RackingMap
from ocinstaller.model.text import Text
from ocinstaller.store import site_roles

D = TypeVar("D", bound=BaseModel)

PROFILES, RACKING = "hardware-profiles", "racking-map"
KINDS: dict[str, type[BaseModel]] = {PROFILES: HardwareProfiles, RACKING: RackingMap}
"""The documents by name; what each says is one type."""
TEXT_LIMIT = 400_000
"""Bytes of a document; the racking map of 10,000 switches has about as many."""
_FILE_MODE = 0o644
_one_at_a_time = Lock()


@dataclass(frozen=True)
class DocumentView:
    """A document of the site."""

    name: str
    file: str
    """Where it is on the server."""
    text: str
    """Empty when there is none."""
    problem: str
    """Why it cannot be used; empty when it can."""


def read(file: Path, kind: type[D], option: str) -> D:
    """Return a document.

    :param option: the option of the configuration that names the file
    :raises Conflict: it is not there, cannot be read, or does not say what such a document says
    """
    reason = ""
    try:
        return kind.model_validate_json(file.read_text())
    except ValidationError as error:
        reason = _first_fault(error)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except UnicodeDecodeError:
        reason = Text("it is not UTF-8")
    raise Conflict(
        f"{file}: {reason}",
        field=option,
        value=str(file),
        allowed=Text("a readable file as hardware-profiles.md describes it"),
    )


def show(oci: Installation, name: str) -> DocumentView:
    """Return a document as it is, usable or not.

    :raises NotFound: there is no document of this name
    """
    file = _file(oci, name)
    text = problem = ""
    try:
        text = file.read_text()
        parse(name, text)
    except OciError as error:
        problem = error.message
    except OSError as error:
        problem = f"{file}: {error.strerror or type(error).__name__}"
    except UnicodeDecodeError:
        problem = Text("{file}: it is not UTF-8", file=file)
    return DocumentView(name, str(file), text, problem)


def shower(oci: Installation) -> Callable[..., DocumentView]:
    """Return `show` as a use case of a transaction, which the documents do not take part in."""

    def look(_session: Session, name: str, /, *, lock: bool = False) -> DocumentView:  # noqa: ARG001
        return show(oci, name)

    return look


def parse(name: str, text: str) -> BaseModel:
    """Return what a document says.

    :raises NotFound: there is no document of this name
    :raises InvalidValue: it does not say what such a document says; the message names the place
    """
    if name not in KINDS:
        raise NotFound(Text("site document"), name, ", ".join(KINDS))
    if len(text.encode(errors="replace")) > TEXT_LIMIT:
        raise InvalidValue(
            "text",
            f"{len(text)} characters",
            Text("at most {text_limit} bytes", text_limit=TEXT_LIMIT),
        )
    try:
        return KINDS[name].model_validate_json(text)
    except ValidationError as error:
        allowed = Text("a document as hardware-profiles.md describes it")
        raise InvalidValue("text", _first_fault(error), allowed) from None


def check_roles(session: Session, document: BaseModel) -> None:
    """Accept a document all of whose roles are there.

    :raises InvalidValue: a profile is for a role that there is not
    """
    if isinstance(document, HardwareProfiles):
        own = site_roles.names(session)
        for profile, entry in document.root.items():
            roles.check_role(entry.role, own, f"text: {profile}.role")


def replace(
    oci: Installation, name: str, text: str, expected: Callable[[Session], object]
) -> DocumentView:
    """Replace a document by another text; the audit has who did it.

    :param expected: refuses a document that somebody else has replaced meanwhile
    :raises NotFound: there is no document of this name
    :raises InvalidValue: it does not say what such a document says
    :raises Conflict: the server cannot write the file
    """

    def work(session: Session) -> None:
        expected(session)
        check_roles(session, parse(name, text))

    with _one_at_a_time:
        # Nothing of the data base changes: it records the act, or that it was refused.
        oci.store.write(work)
        file = _file(oci, name)
        try:
            write_atomic(file, text.encode(), mode=_FILE_MODE)
        except OSError as error:
            refusal = Conflict(
                Text(
                    "{file} cannot be written: {strerror}",
                    file=file,
                    strerror=error.strerror or type(error).__name__,
                ),
                field="name",
                value=name,
                allowed=Text("a file that the server may write"),
            )
            oci.store.record_refusal(refusal)
            raise refusal from error
    return show(oci, name)


def _file(oci: Installation, name: str) -> Path:
    files = {
        PROFILES: oci.conf.auto_provision.profiles_file,
        RACKING: oci.conf.auto_racking.map_file,
    }
    if name not in files:
        raise NotFound(Text("site document"), name, ", ".join(KINDS))
    return Path(files[name])


def _first_fault(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: {first['msg']}" if place else str(first["msg"])
