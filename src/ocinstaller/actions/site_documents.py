"""Documents that the site keeps beside the configuration, read anew whenever they are needed."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from ocinstaller.model.errors import Conflict

D = TypeVar("D", bound=BaseModel)


def read(file: Path, kind: type[D], option: str) -> D:
    """Return a document.

    :param option: the option of the configuration that names the file
    :raises Conflict: it is not there, cannot be read, or does not say what such a document says
    """
    try:
        return kind.model_validate_json(file.read_text())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        reason = f"{place}: {first['msg']}" if place else first["msg"]
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except UnicodeDecodeError:
        reason = "it is not UTF-8"
    raise Conflict(
        f"{file}: {reason}",
        field=option,
        value=str(file),
        allowed="a readable file as hardware-profiles.md describes it",
    )
