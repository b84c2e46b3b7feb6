"""What a cluster file says, as typed values; the page of its keys derives from the fields."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ocinstaller.actions.cluster_files.reader import read
from ocinstaller.model.errors import InvalidValue, OciError
from ocinstaller.model.nearest import known_names
from ocinstaller.model.text import Text

_EMPTY = ("", "~", "null")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _mapping_or_empty(value: object) -> object:
    """Take a key without a value for an empty mapping."""
    return {} if value in _EMPTY else value


def _list_or_empty(value: object) -> object:
    """Take a key without a value for an empty list."""
    return [] if value in _EMPTY else value


class FileRole(_Part):
    """A role of the site."""

    purpose: str = Field(default="", description="what its machines are for")


class FileLocation(_Part):
    """A location."""

    swift_region: str = Field(description="Swift region of the location")


class FileLogHost(_Part):
    """A host that the cluster's machines send their logs to."""

    hostname: str = Field(description="its name")
    port: int = Field(default=5044, description="its port")


class FileReservation(_Part):
    """Addresses that nobody gets."""

    first_ip: str = Field(description="the address, or the first of a range")
    last_ip: str = Field(default="", description="the last of the range")
    note: str = Field(default="", description="what they are for")


class FileCluster(_Part):
    """The cluster itself."""

    name: str = Field(description="name of the cluster, the first part of host names")
    domain: str = Field(description="DNS domain of its machines; cannot be changed later")
    settings: Annotated[dict[str, str], BeforeValidator(_mapping_or_empty)] = Field(
        default={}, description="settings that are not at their default; secrets may be left out"
    )
    filebeat_output_hosts: Annotated[tuple[FileLogHost, ...], BeforeValidator(_list_or_empty)] = (
        Field(default=(), description="list of all hosts that get the machines' logs")
    )
    role_counts: Annotated[dict[str, int], BeforeValidator(_mapping_or_empty)] = Field(
        default={},
        description="last number of a role's host names, at least, once the file's machines are "
        "enrolled; left out: as many as there were machines",
    )


class FileNetwork(_Part):
    """A network and what it serves."""

    ip: str = Field(description="network address")
    cidr: int = Field(description="prefix length")
    location: str = Field(description="location of the network")
    is_public: bool = Field(description="yes when it holds virtual addresses")
    role: str = Field(description="role of its machines, `all`, or a special purpose")
    iface1: str = Field(description="interface that it is on")
    iface2: str = Field(default="none", description="second interface of a bond, or none")
    vlan: int = Field(default=0, description="VLAN tag; 0: untagged")
    mtu: int = Field(default=0, description="bytes; 0: the driver's")
    bridge_name: str = Field(default="none", description="Open vSwitch bridge, or none")
    gateway: str = Field(
        default="", description="router, or none; left out: the first host of the network"
    )
    first_ip: str = Field(default="", description="first address that machines get")
    last_ip: str = Field(default="", description="last address that machines get")
    lldp_match: str = Field(
        default="none", description="only interfaces whose switch has this in its name"
    )
    vip_usage: str = Field(
        default="controller", description="what a network of role vip holds the address of"
    )
    ipmi_match_addr: str = Field(
        default="none", description="network whose machines' BMCs get addresses here"
    )
    ipmi_match_cidr: int = Field(default=0, description="prefix length of that network")
    ipmi_mode: str = Field(default="ocimanaged", description="ocimanaged or externaldhcp")
    reservations: Annotated[tuple[FileReservation, ...], BeforeValidator(_list_or_empty)] = Field(
        default=(), description="list of all addresses that nobody gets"
    )


class FileMachine(_Part):
    """A machine's place in the cluster."""

    role: str = Field(description="role of the machine")
    location: str = Field(description="location of the machine")
    addresses: Annotated[dict[str, str], BeforeValidator(_mapping_or_empty)] = Field(
        default={}, description="its address in each network; otherwise the lowest free one"
    )
    settings: Annotated[dict[str, str], BeforeValidator(_mapping_or_empty)] = Field(
        default={}, description="its settings that are not at their default"
    )


class ClusterDocument(_Part):
    """A cluster and everything that it needs."""

    cluster: FileCluster = Field(description="the cluster")
    site_roles: Annotated[dict[str, FileRole], BeforeValidator(_mapping_or_empty)] = Field(
        default={}, description="by name: the site's own roles that the cluster uses"
    )
    swift_regions: Annotated[tuple[str, ...], BeforeValidator(_list_or_empty)] = Field(
        default=(), description="list of names"
    )
    locations: Annotated[dict[str, FileLocation], BeforeValidator(_mapping_or_empty)] = Field(
        default={}, description="by name"
    )
    networks: Annotated[dict[str, FileNetwork], BeforeValidator(_mapping_or_empty)] = Field(
        default={}, description="by name: all networks of the cluster"
    )
    machines: Annotated[dict[str, FileMachine], BeforeValidator(_mapping_or_empty)] = Field(
        default={}, description="by serial number, enrolled in the order of the file"
    )


_ALLOWED = {
    "dict_type": "a mapping of keys and values",
    "model_type": "a mapping of keys and values",
    "tuple_type": "a list",
    "string_type": "a text",
    "bool_parsing": "yes or no",
    "bool_type": "yes or no",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
}
"""What a file says instead, for each kind of fault that pydantic tells."""


class ClusterFile:
    """A document and where its parts stand in the file that it came from."""

    def __init__(self, name: str, text: str) -> None:
        """Parse the file.

        :param name: of the file, for messages
        :raises InvalidValue: naming file, line, key and what is allowed
        """
        self._name = name
        self._root = read(name, text)
        try:
            self.document = ClusterDocument.model_validate(self._root.plain())
        except ValidationError as error:
            raise self._refused(error) from error

    def where(self, *path: str | int) -> str:
        """Return file, line and path of a part, for messages."""
        return f"{self._name}:{self._root.line_of(path)}: {'.'.join(str(step) for step in path)}"

    def located(self, error: OciError, *path: str | int) -> OciError:
        """Let a refusal say which part of the file caused it."""
        error.message = f"{self.where(*path)}: {error.message}"
        error.args = (error.message,)
        return error

    def _refused(self, error: ValidationError) -> InvalidValue:
        faults = error.errors(include_url=False)
        # A misspelt key is unknown and missing at once; only the first tells what happened.
        fault = next((f for f in faults if f["type"] == "extra_forbidden"), faults[0])
        path = fault["loc"]
        if fault["type"] == "extra_forbidden":
            allowed = known_names(str(path[-1]), _keys_at(path[:-1]))
            return InvalidValue(f"{self.where(*path)}: unknown key", path[-1], allowed)
        if fault["type"] == "missing":
            return InvalidValue(
                self.where(*path), "(missing)", Text("the key {path} is needed", path=path[-1])
            )
        shown = fault["input"] if isinstance(fault["input"], str) else "a list or mapping"
        return InvalidValue(self.where(*path), shown, _ALLOWED.get(fault["type"], fault["msg"]))


_PARTS: Mapping[str, type[_Part]] = {
    "cluster": FileCluster,
    "site_roles": FileRole,
    "locations": FileLocation,
    "networks": FileNetwork,
    "machines": FileMachine,
}


_ENTRIES: Mapping[tuple[str, str], type[_Part]] = {
    ("cluster", "filebeat_output_hosts"): FileLogHost,
    ("networks", "reservations"): FileReservation,
}
"""The lists within parts: what their entries say, by part and key."""


def _keys_at(path: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are known where an unknown one stands."""
    if not path:
        return list(ClusterDocument.model_fields)
    section = str(path[0])
    within_list = len(path) > 1 and isinstance(path[-1], int)
    part = _ENTRIES[section, str(path[-2])] if within_list else _PARTS[section]
    return list(part.model_fields)


def sections() -> Mapping[str, type[BaseModel]]:
    """Return the parts of a file for its documentation; empty name: the file itself."""
    lists = {f"{part}: {key}": entry for (part, key), entry in _ENTRIES.items()}
    return {"": ClusterDocument, **_PARTS, **lists}
