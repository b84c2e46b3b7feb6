"""The original agent's hardware report, read into ours.

Serial number and memory have to be right, otherwise the report is refused. Any other field that is
absent or malformed gets its fallback; a block device, interface or drive that makes no sense is
left out and named among the report's failures, so that nothing disappears without a trace.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from ocinstaller.model.errors import InvalidValue
from ocinstaller.model.hardware import (
    SERIAL_PATTERN,
    BlockDevice,
    Bmc,
    Cpu,
    DiskKind,
    Drive,
    Failure,
    Firmware,
    HardwareReport,
    LldpNeighbour,
    Nic,
    Product,
    StorageController,
)

_Fields = dict[str, Any]

_SERIAL = re.compile(r"[ _0-9a-zA-Z-]{1,64}")
_MEMORY = re.compile(r"[0-9]{1,10}")
"""MiB. The original allows eleven digits, which its own column cannot hold."""
_SIZE = re.compile(r"[0-9]{6,16}")
_TEXT = re.compile(r"[\x20-\x7e]{1,128}")
_NUMBER = re.compile(r"([0-9]{1,9})(\.[0-9]{1,6})?")
_UNKNOWN_NEIGHBOUR = frozenset({"", "unknown", "none"})

MACHINE_FALLBACKS = {
    "system_manufacturer": "Unknown",
    "productname": "No product name reported.",
    "bios_version": "Unknown",
    "dell_lifecycle_version": "Not reported",
    "ipmi_firmware_version": "Detect failed",
    "ipmi_detected_ip": "",
    "cpu_vendor": "Unknown",
    "cpu_model_name": "Unknown",
}
"""What stands for a text that was not reported."""

_MALFORMED = "Invalid."
"""What stands for a text with characters that no firmware should hold, or one that is too long."""


def parse_report(body: bytes) -> HardwareReport:
    """Return the report as ours.

    :raises InvalidValue: it is no JSON object, or lacks the serial number or the memory
    """
    document = _document(body)
    machine, memory = _single(document, "machine"), _single(document, "memory")
    failures: list[Failure] = []

    def all_of(name: str, read: Callable[[_Fields], Any]) -> Iterator[Any]:
        for entry in _entries(document, name):
            try:
                yield read(entry)
            except (ValueError, ValidationError) as error:
                failures.append(Failure(collector=name, reason=_reason(entry, error)))

    return HardwareReport(
        serial=_serial(machine),
        product=Product(
            manufacturer=_text(machine, "system_manufacturer"),
            name=_text(machine, "productname"),
            bios_version=_text(machine, "bios_version"),
            lifecycle_version=_text(machine, "dell_lifecycle_version"),
        ),
        memory_mib=_memory(memory),
        cpu=_cpu(machine),
        firmware=Firmware.UEFI if machine.get("boot_uefi") == "yes" else Firmware.BIOS,
        secure_boot=machine.get("secure_boot") == "yes",
        block_devices=tuple(all_of("blockdevices", _block_device))[:512],
        nics=tuple(all_of("interfaces", _nic))[:128],
        bmc=Bmc(
            address=_text(machine, "ipmi_detected_ip"),
            firmware_version=_text(machine, "ipmi_firmware_version"),
        ),
        controllers=tuple(all_of("blkdev_ctrl", _controller))[:64],
        drives=tuple(all_of("phys-blockdevices", _drive))[:1024],
        failures=tuple(failures[:64]),
    )


def _document(body: bytes) -> _Fields:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InvalidValue("report", body[:80].decode("utf-8", "replace"), "a JSON object")
    return document


def _single(document: _Fields, name: str) -> _Fields:
    entries = _entries(document, name)
    if len(entries) != 1:
        raise InvalidValue(name, f"{len(entries)} entries", "exactly one")
    return entries[0]


def _entries(document: _Fields, name: str) -> list[_Fields]:
    """Return a list of the report; absent ones are empty, as machines without RAID send none."""
    entries = document.get(name) or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InvalidValue(name, json.dumps(entries)[:80], "a list of objects")
    return entries


def _serial(machine: _Fields) -> str:
    sent = _leaf(machine, "serial")
    serial = sent.strip()
    if not _SERIAL.fullmatch(sent) or not re.fullmatch(SERIAL_PATTERN, serial):
        allowed = "1 to 64 letters, digits, blanks, underscores and dashes"
        raise InvalidValue("serial", sent, f"{allowed}; the first a letter or digit")
    return serial


def _memory(memory: _Fields) -> int:
    size = _leaf(memory, "size")
    if not _MEMORY.fullmatch(size) or int(size) > 2**32:
        raise InvalidValue("memory size", size, "whole MiB, at most 4294967296")
    return int(size)


def _cpu(machine: _Fields) -> Cpu:
    sockets = _whole(machine, "cpu_sockets", 1024)
    return Cpu(
        vendor=_text(machine, "cpu_vendor"),
        model=_text(machine, "cpu_model_name"),
        mhz=_whole(machine, "cpu_mhz", 100_000),
        sockets=sockets,
        cores=_whole(machine, "cpu_core_per_socket", 64) * sockets,
        threads=_whole(machine, "cpu_threads", 65536),
    )


def _block_device(entry: _Fields) -> BlockDevice:
    name = _leaf(entry, "realdev") or _leaf(entry, "name")
    size = _leaf(entry, "size")
    if not _SIZE.fullmatch(size):
        raise ValueError(f"size {size!r}; allowed: 6 to 16 digits")
    model = _free(_leaf(entry, "model"), "")
    return BlockDevice(name=name, size_bytes=int(size), kind=_kind(name, model), model=model)


def _kind(name: str, model: str) -> DiskKind:
    """Return what the disk seems to be: the report does not say it."""
    if name.startswith("nvme"):
        return DiskKind.NVME
    if name.startswith(("vd", "xvd")):
        return DiskKind.VIRTUAL
    return DiskKind.SSD if "SSD" in model.upper() else DiskKind.HDD


def _nic(entry: _Fields) -> Nic:
    switch, port = (_free(_leaf(entry, key), "") for key in ("switch_hostname", "switchport_name"))
    known = not {switch.lower(), port.lower()} & _UNKNOWN_NEIGHBOUR
    return Nic(
        name=_leaf(entry, "name"),
        mac=_leaf(entry, "macaddr").lower(),
        speed_mbps=_whole(entry, "max_speed", 10_000_000),
        driver=_free(_leaf(entry, "driver"), ""),
        link=known,
        firmware_version=_free(_leaf(entry, "firmware_version"), ""),
        lldp=LldpNeighbour(switch_hostname=switch, switch_port=port) if known else None,
    )


def _controller(entry: _Fields) -> StorageController:
    return StorageController(
        address=_free(_leaf(entry, "hwid"), ""),
        vendor=_free(_leaf(entry, "vendor"), ""),
        product=_free(_leaf(entry, "product"), ""),
        kind=_free(_leaf(entry, "ctrl_type"), ""),
        firmware_version=_free(_leaf(entry, "firmware_version"), ""),
    )


def _drive(entry: _Fields) -> Drive:
    size = _leaf(entry, "size")
    if not _SIZE.fullmatch(size):
        raise ValueError(f"size {size!r}; allowed: 6 to 16 digits")
    return Drive(
        controller=int(_leaf(entry, "controller") or "0"),
        enclosure=int(_leaf(entry, "enclosure") or "0"),
        slot=int(_leaf(entry, "slot")),
        size_bytes=int(size),
        model=_free(_leaf(entry, "model"), ""),
        serial=_free(_leaf(entry, "serial"), ""),
        state=_free(_leaf(entry, "state"), ""),
    )


def _leaf(fields: _Fields, name: str) -> str:
    """Return a leaf as text: agents send strings, some of their helpers numbers."""
    value = fields.get(name, "")
    return str(value) if isinstance(value, str | int | float) else ""


def _text(machine: _Fields, name: str) -> str:
    return _free(_leaf(machine, name), MACHINE_FALLBACKS[name])


def _free(text: str, fallback: str) -> str:
    text = text.strip()
    if not text:
        return fallback
    return text if _TEXT.fullmatch(text) else _MALFORMED


def _whole(fields: _Fields, name: str, most: int) -> int:
    """Return a whole number, 0 when it is malformed or above `most`."""
    match = _NUMBER.fullmatch(_leaf(fields, name).strip())
    number = int(match[1]) if match else 0
    return number if number <= most else 0


def _reason(entry: _Fields, error: ValueError) -> str:
    first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
    return f"{json.dumps(entry)[:200]}: {first}"[:2000]
