"""The inventory: what this machine consists of, from one collector per source.

A collector that fails becomes a `Failure` in the report; the others' findings still go out.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from ocinstaller.agent.errors import AgentError
from ocinstaller.agent.inventory import (
    dmidecode,
    efi,
    ethtool,
    ipmitool,
    links,
    lldp,
    lsblk,
    lscpu,
    meminfo,
    smbios,
)
from ocinstaller.agent.inventory.source import Source
from ocinstaller.model.hardware import BlockDevice, Cpu, Failure, HardwareReport, Nic, Product

T = TypeVar("T")

_CONSTANT: Mapping[str, Callable[[Source], Any]] = {
    "smbios": smbios.collect,
    "dmidecode": dmidecode.collect,
    "lscpu": lscpu.collect,
    "efi": efi.collect,
}
"""Collectors whose findings hold until the next start; they run until they succeed once."""

_CHANGING: Mapping[str, Callable[[Source], Any]] = {
    "meminfo": meminfo.collect,
    "lsblk": lsblk.collect,
    "links": links.collect,
    "lldp": lldp.collect,
    "ipmitool": ipmitool.collect,
}

_HOST_ONLY = frozenset({"smbios", "dmidecode", "efi", "ipmitool"})
"""What a container would find out about its host, not about itself."""

_WORKERS = 6
"""Most collectors wait for their command; more at once would only hurt slow machines."""

_MOST_DISKS = 512
_MOST_NICS = 128
_MOST_FAILURES = 64
_REASON_LIMIT = 2000
"""Limits of `HardwareReport` and `Failure`."""


class Inventory:
    """Collects reports of one machine; keeps what cannot change while it runs."""

    def __init__(self, source: Source, serial: str = "") -> None:
        """Read from `source`; `serial` names the machine where it cannot name itself."""
        self._source = source
        self._serial = serial
        self._kept: dict[str, Any] = {}

    def report(self) -> HardwareReport:
        """Run the collectors and put their findings together.

        :raises CollectorError: nothing names this machine, so that no report is possible
        """
        failures: list[Failure] = []
        found = self._collect(failures)
        identity = found.get("smbios", smbios.Smbios(product=self._container_product()))
        nics = self._complete(found.get("links", ()), found.get("lldp", {}), failures)
        modules = found.get("dmidecode", dmidecode.Modules(found.get("meminfo", 0), 0))
        cpu = found.get("lscpu", Cpu())
        disks: tuple[BlockDevice, ...] = found.get("lsblk", ())
        return HardwareReport(
            serial=self._serial or smbios.choose_serial(identity, (nic.mac for nic in nics)),
            product=identity.product,
            memory_mib=modules.memory_mib,
            cpu=cpu.model_copy(update={"mhz": modules.mhz or cpu.mhz}),
            firmware=efi.mode(self._source),
            secure_boot=found.get("efi", False),
            block_devices=_at_most(_MOST_DISKS, disks, "lsblk", failures),
            nics=_at_most(_MOST_NICS, nics, "links", failures),
            bmc=found.get("ipmitool"),
            failures=tuple(failures[:_MOST_FAILURES]),
        )

    def disks(self) -> tuple[BlockDevice, ...]:
        """Return the disks of this machine that may be touched.

        :raises AgentError: they cannot be found out
        """
        return lsblk.collect(self._source)

    def switch_on_interfaces(self) -> None:
        """Switch all physical interfaces on, so that they find their carriers and switches."""
        try:
            found = links.collect(self._source)
        except AgentError:
            # The same failure will be in the report.
            return
        for link in found:
            if not link.up:
                links.switch_on(self._source.run, link)

    def _collect(self, failures: list[Failure]) -> dict[str, Any]:
        """Run the collectors side by side; what fails is missing in the result."""
        wanted = {
            name: collect
            for name, collect in {**_CONSTANT, **_CHANGING}.items()
            if name not in self._kept and not (self._source.container and name in _HOST_ONLY)
        }
        found = dict(self._kept)
        with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
            running = {name: pool.submit(collect, self._source) for name, collect in wanted.items()}
        for name, future in running.items():
            error = future.exception()
            if error is None:
                found[name] = future.result()
            else:
                failures.append(_failure(name, error))
        self._kept = {name: found[name] for name in _CONSTANT if name in found}
        return found

    def _complete(
        self,
        found: tuple[links.Link, ...],
        neighbours: Mapping[str, Any],
        failures: list[Failure],
    ) -> tuple[Nic, ...]:
        """Add drivers, speeds and neighbours to the interfaces."""
        nics = []
        for nic in (link.nic for link in found):
            update = {
                "speed_mbps": ethtool.collect_speed(self._source, nic.name),
                "lldp": neighbours.get(nic.name),
            }
            try:
                driver = ethtool.collect(self._source, nic.name)
                update |= {"driver": driver.name, "firmware_version": driver.firmware_version}
            except AgentError as error:
                failures.append(_failure(f"ethtool {nic.name}", error))
            nics.append(nic.model_copy(update=update))
        return tuple(nics)

    def _container_product(self) -> Product:
        """A container is its manager's product; other machines have SMBIOS."""
        if not self._source.container:
            return Product()
        return Product(name=self._source.read("run/systemd/container"))


def _failure(collector: str, error: BaseException) -> Failure:
    reason = str(error) if isinstance(error, AgentError) else f"{type(error).__name__}: {error}"
    return Failure(collector=collector, reason=reason[:_REASON_LIMIT])


def _at_most(
    limit: int, found: tuple[T, ...], collector: str, failures: list[Failure]
) -> tuple[T, ...]:
    if len(found) > limit:
        reason = f"{len(found)} found, only the first {limit} are reported"
        failures.append(Failure(collector=collector, reason=reason))
    return found[:limit]
