"""The tables. Uniqueness and references are the data base's business, not the code's."""

from datetime import UTC, datetime

from sqlalchemy import (
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column, relationship
from sqlalchemy.types import JSON, BigInteger, TypeDecorator

_NAME = String(63)
_HOSTNAME = String(253)
_DIGEST = String(64)


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time; always stored and returned as UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: object) -> datetime | None:
        """Drop the zone after converting to UTC: not all data bases store one."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, _dialect: object) -> datetime | None:
        """Add the zone again."""
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    """Base of all tables; named constraints so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class SwiftRegion(Base):
    """A Swift region: a set of locations."""

    __tablename__ = "swift_regions"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(_NAME, unique=True)


class Location(Base):
    """A place with its own networks; the Swift zone."""

    __tablename__ = "locations"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(_NAME, unique=True)
    swift_region_id: Mapped[int] = mapped_column(ForeignKey("swift_regions.id"))
    swift_region: Mapped[SwiftRegion] = relationship()


class Cluster(Base):
    """A cluster; its settings are rows of their own."""

    __tablename__ = "clusters"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(_NAME, unique=True)
    domain: Mapped[str] = mapped_column(_HOSTNAME)
    initial_cluster_setup: Mapped[bool] = mapped_column(default=True)


class Network(Base):
    """A network; addresses are stored in their canonical text form."""

    __tablename__ = "networks"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(_NAME, unique=True)
    ip: Mapped[str] = mapped_column(String(39), unique=True)
    cidr: Mapped[int]
    first_ip: Mapped[str] = mapped_column(String(39))
    last_ip: Mapped[str] = mapped_column(String(39))
    is_public: Mapped[bool]
    location_id: Mapped[int] = mapped_column(ForeignKey("locations.id"))
    cluster_id: Mapped[int | None] = mapped_column(ForeignKey("clusters.id"))
    role: Mapped[str | None] = mapped_column(_NAME)
    iface1: Mapped[str | None] = mapped_column(String(32))
    iface2: Mapped[str | None] = mapped_column(String(32))
    vlan: Mapped[int | None]
    mtu: Mapped[int] = mapped_column(default=0)
    bridge_name: Mapped[str | None] = mapped_column(String(32))
    gateway: Mapped[str | None] = mapped_column(String(39))
    vip_usage: Mapped[str] = mapped_column(String(16), default="controller")
    lldp_match: Mapped[str | None] = mapped_column(String(64))
    ipmi_match_addr: Mapped[str | None] = mapped_column(String(39))
    ipmi_match_cidr: Mapped[int | None]
    ipmi_mode: Mapped[str] = mapped_column(String(16), default="ocimanaged")
    location: Mapped[Location] = relationship()
    cluster: Mapped[Cluster | None] = relationship()


class MachineReport(Base):
    """What a machine last reported: by far the largest value, so it has a table of its own.

    The rows of `machines` stay small: noting when thousands of them were seen writes a few pages
    instead of one for every two machines.
    """

    __tablename__ = "machine_reports"
    machine_id: Mapped[int] = mapped_column(
        ForeignKey("machines.id", ondelete="CASCADE"), primary_key=True
    )
    hardware: Mapped[dict[str, object]] = mapped_column(JSON)


class Machine(Base):
    """A machine, its place in a cluster and where it is on its way."""

    __tablename__ = "machines"
    id: Mapped[int] = mapped_column(primary_key=True)
    serial: Mapped[str] = mapped_column(String(128), unique=True)
    status: Mapped[str] = mapped_column(String(16))
    puppet_status: Mapped[str] = mapped_column(String(16), default="notrun")
    status_reason: Mapped[str] = mapped_column(Text, default="")
    hostname: Mapped[str | None] = mapped_column(_HOSTNAME, unique=True)
    role: Mapped[str | None] = mapped_column(_NAME)
    cluster_id: Mapped[int | None] = mapped_column(ForeignKey("clusters.id"), index=True)
    location_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id"))
    hardware: Mapped[dict[str, object]] = column_property(
        select(MachineReport.hardware)
        .where(MachineReport.machine_id == id)
        .correlate_except(MachineReport)
        .scalar_subquery(),
        deferred=True,
    )
    """Of `report`, to read; loaded when it is asked for."""
    product_name: Mapped[str] = mapped_column(String(255), default="")
    """Of the report, for listings."""
    memory_mib: Mapped[int] = mapped_column(BigInteger, default=0)
    """Of the report, for listings."""
    report_digest: Mapped[str | None] = mapped_column(_DIGEST, index=True)
    """SHA-256 of the last report's bytes; the same bytes again change nothing."""
    dhcp_ip: Mapped[str] = mapped_column(String(39), default="")
    ipaddr: Mapped[str] = mapped_column(String(39), default="")
    key_digest: Mapped[str] = mapped_column(_DIGEST)
    first_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen: Mapped[datetime] = mapped_column(UtcDateTime)
    report_counter: Mapped[int] = mapped_column(default=0)
    bootstrap: Mapped[bool] = mapped_column(default=False)
    plan_id: Mapped[str | None] = mapped_column(String(36))
    puppet_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    root_password_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed; of the password that the site's plug-in keeps."""
    open_order: Mapped[str | None] = mapped_column(String(16))
    """Kind of the oldest order without an outcome."""
    disk_key_digest: Mapped[str | None] = mapped_column(_DIGEST)
    """Of the key of the system on its disk: the live system has another one."""
    disk_plan_id: Mapped[str | None] = mapped_column(String(36))
    """The installation that made the system on its disk."""
    report: Mapped[MachineReport | None] = relationship(cascade="all, delete-orphan")
    cluster: Mapped[Cluster | None] = relationship()
    location: Mapped[Location | None] = relationship()
    addresses: Mapped[list["IpAddress"]] = relationship(back_populates="machine")
    macs: Mapped[list["MachineMac"]] = relationship(cascade="all, delete-orphan")


class MachineMac(Base):
    """A hardware address and the machine that has it: how a boot request finds its machine."""

    __tablename__ = "machine_macs"
    mac: Mapped[str] = mapped_column(String(17), primary_key=True)
    machine_id: Mapped[int] = mapped_column(
        ForeignKey("machines.id", ondelete="CASCADE"), index=True
    )


class IpAddress(Base):
    """An address that OCI gave away, to a machine or to a VIP."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("network_id", "machine_id", "usefor"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    ip: Mapped[str] = mapped_column(String(39), unique=True)
    usefor: Mapped[str] = mapped_column(String(16))
    vip_usage: Mapped[str | None] = mapped_column(String(16))
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id"))
    machine_id: Mapped[int | None] = mapped_column(ForeignKey("machines.id"), index=True)
    network: Mapped[Network] = relationship()
    machine: Mapped[Machine | None] = relationship(back_populates="addresses")


class AddressReservation(Base):
    """Addresses of a network that OCI never hands out."""

    __tablename__ = "address_reservations"
    __table_args__ = (UniqueConstraint("network_id", "first_ip"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("networks.id", ondelete="CASCADE"))
    first_ip: Mapped[str] = mapped_column(String(39))
    last_ip: Mapped[str] = mapped_column(String(39))
    note: Mapped[str] = mapped_column(String(255), default="")


class FilebeatHost(Base):
    """A host that the machines of a cluster send their logs to."""

    __tablename__ = "filebeat_hosts"
    cluster_id: Mapped[int] = mapped_column(
        ForeignKey("clusters.id", ondelete="CASCADE"), primary_key=True
    )
    hostname: Mapped[str] = mapped_column(_HOSTNAME, primary_key=True)
    port: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class ClusterSetting(Base):
    """A setting of a cluster that is not at its default; secrets are sealed."""

    __tablename__ = "cluster_settings"
    cluster_id: Mapped[int] = mapped_column(
        ForeignKey("clusters.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(_NAME, primary_key=True)
    value: Mapped[str | None] = mapped_column(String(255))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class MachineSetting(Base):
    """A setting of a machine that is not at its default; secrets are sealed."""

    __tablename__ = "machine_settings"
    machine_id: Mapped[int] = mapped_column(
        ForeignKey("machines.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(_NAME, primary_key=True)
    value: Mapped[str | None] = mapped_column(String(256))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class SiteRole(Base):
    """A role that the site added; those that OCI brings are in no table."""

    __tablename__ = "site_roles"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(_NAME, unique=True)
    purpose: Mapped[str] = mapped_column(String(255), default="")


class RoleCount(Base):
    """The last number used in a host name; numbers are never used again."""

    __tablename__ = "role_counts"
    cluster_id: Mapped[int] = mapped_column(
        ForeignKey("clusters.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(_NAME, primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


class Secret(Base):
    """A secret of a cluster, encrypted with the server's key."""

    __tablename__ = "secrets"
    cluster_id: Mapped[int] = mapped_column(
        ForeignKey("clusters.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(_NAME, primary_key=True)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    set_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=lambda: datetime.now(UTC))
    """When it got its value; None of those that are older than this column."""


class BootOffer(Base):
    """A live boot that the server offered to a MAC; its nonce lets the machine bind a new key."""

    __tablename__ = "boot_offers"
    mac: Mapped[str] = mapped_column(String(17), primary_key=True)
    nonce_digest: Mapped[str] = mapped_column(_DIGEST)
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class InstallLogLine(Base):
    """One line of an installation's log."""

    __tablename__ = "install_log"
    __table_args__ = (UniqueConstraint("plan_id", "seq"),)
    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    machine_id: Mapped[int] = mapped_column(
        ForeignKey("machines.id", ondelete="CASCADE"), index=True
    )
    plan_id: Mapped[str] = mapped_column(String(36))
    seq: Mapped[int]
    step: Mapped[str] = mapped_column(String(255))
    level: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class User(Base):
    """A person (or program) who may use the API."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(128), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    role: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(16))
    activated: Mapped[bool] = mapped_column(default=True)


class ServiceToken(Base):
    """A token of a program of OCI itself, such as the puppetserver's node classifier."""

    __tablename__ = "service_tokens"
    name: Mapped[str] = mapped_column(_NAME, primary_key=True)
    digest: Mapped[str] = mapped_column(_DIGEST)
