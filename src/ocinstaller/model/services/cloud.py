"""What a cloud is made of and this version deploys: images, machines, networks, volumes, stacks."""

from ocinstaller.model.placement.conditions import All, AnyOf, FirstMaster, Not
from ocinstaller.model.placement.inputs import (
    BARBICAN_WANTED,
    BGP_AGENT_WANTED,
    DHCP_AGENT_FORCED,
    DVR,
    HEAT_WANTED,
)
from ocinstaller.model.secret_kinds import SecretKind
from ocinstaller.model.services.conditions import (
    BACKUPS,
    CINDER,
    COMPUTE,
    OSDS,
    OWN_NETWORK_NODES,
    SHARED_IMAGES,
)
from ocinstaller.model.services.entries import (
    Api,
    CatalogueEntry,
    Database,
    Deployment,
    On,
    Port,
    Reach,
    Secret,
    Service,
    ServiceUser,
    control,
    tcp,
    udp,
)

_AGENTS_ON_CONTROLLERS = All(COMPUTE, Not(OWN_NETWORK_NODES))
_ROUTING = (
    On("network"),
    On("controller", _AGENTS_ON_CONTROLLERS),
    On("compute", AnyOf(DVR, Not(OWN_NETWORK_NODES))),
)
_NOVA = ("nova_db", "nova_api_db", "rabbitmq_nova", "nova_service")
_HEAT = ("heat_db", "rabbitmq_heat", "heat_service", "heat_domain_admin")
_CINDER = ("cinder_db", "rabbitmq_cinder", "cinder_service")
_AGENT = ("rabbitmq_neutron",)


def _agent(package: str, *reads: str) -> Deployment:
    return Deployment("neutron", (package,), reads=(*_AGENT, *reads))


_IMAGES = (
    Service(
        "glance-api",
        tcp(9292),
        (On("controller", COMPUTE, each=AnyOf(SHARED_IMAGES, FirstMaster())),),
        Deployment(
            "glance",
            ("glance-api", "python3-swiftclient"),
            Api("image", 9292, balance="source", catalogue=(CatalogueEntry("image", "glance"),)),
            databases=(Database("glance"),),
            user=ServiceUser("glance"),
        ),
    ),
)

_COMPUTE = (
    Service(
        "placement-api",
        tcp(8778),
        control(COMPUTE),
        Deployment(
            "placement",
            ("placement-api", "python3-osc-placement"),
            # Placement has no health check; its list of versions needs neither token nor data base.
            Api(
                "placement",
                8778,
                health="/",
                catalogue=(CatalogueEntry("placement", "placement"),),
            ),
            databases=(Database("placement"),),
            user=ServiceUser("placement"),
        ),
    ),
    Service(
        "nova-api",
        tcp(8774),
        control(COMPUTE),
        Deployment(
            "nova",
            ("nova-api",),
            Api("compute", 8774, catalogue=(CatalogueEntry("compute", "nova", "/v2.1"),)),
            databases=(Database("nova"), Database("nova_api"), Database("nova_cell0", "nova")),
            message_user="nova",
            user=ServiceUser("nova"),
        ),
    ),
    Service(
        "nova-metadata",
        tcp(8775),
        control(COMPUTE),
        Deployment(
            "nova",
            ("nova-api",),
            Api("nova-metadata", 8775, own_port=True),
            secrets=(Secret("metadata_proxy"),),
            reads=_NOVA,
        ),
    ),
    Service(
        "nova-conductor", (), control(COMPUTE), Deployment("nova", ("nova-conductor",), reads=_NOVA)
    ),
    Service(
        "nova-scheduler", (), control(COMPUTE), Deployment("nova", ("nova-scheduler",), reads=_NOVA)
    ),
    Service(
        "nova-novncproxy",
        tcp(6080),
        control(COMPUTE),
        Deployment(
            "nova",
            ("nova-consoleproxy", "novnc"),
            Api("novnc", 6080, health="/vnc_lite.html", balance="source"),
            reads=_NOVA,
        ),
    ),
    # Before nova-compute, which ends when libvirt does not answer.
    Service(
        "libvirtd",
        (Port(16514), Port(49152, last=49215)),
        (On("compute"),),
        Deployment("libvirt", ("libvirt-clients", "libvirt-daemon-system")),
    ),
    Service(
        "nova-compute",
        (Port(5900, last=6100),),
        (On("compute"),),
        Deployment("nova", ("nova-compute-kvm",), reads=("rabbitmq_nova", "nova_service")),
    ),
)

_NETWORK = (
    Service(
        "neutron-server",
        tcp(9696),
        control(COMPUTE),
        Deployment(
            "neutron",
            ("neutron-api", "neutron-periodic-workers", "neutron-rpc-server"),
            Api("network", 9696, catalogue=(CatalogueEntry("network", "neutron"),)),
            databases=(Database("neutron"),),
            message_user="neutron",
            user=ServiceUser("neutron"),
        ),
    ),
    Service(
        "neutron-openvswitch-agent",
        udp(4789),
        (On("network"), On("compute"), On("controller", _AGENTS_ON_CONTROLLERS)),
        _agent("neutron-openvswitch-agent"),
    ),
    Service("neutron-l3-agent", (), _ROUTING, _agent("neutron-l3-agent")),
    Service(
        "neutron-metadata-agent", (), _ROUTING, _agent("neutron-metadata-agent", "metadata_proxy")
    ),
    Service(
        "neutron-dhcp-agent",
        (),
        (
            On("network"),
            On("controller", _AGENTS_ON_CONTROLLERS),
            On("compute", each=AnyOf(Not(OWN_NETWORK_NODES), DHCP_AGENT_FORCED)),
        ),
        _agent("neutron-dhcp-agent"),
    ),
    Service("neutron-metering-agent", (), (On("compute"),), _agent("neutron-metering-agent")),
    Service(
        "neutron-bgp-dragent",
        tcp(179, reach=Reach.EVERYONE),
        (On("network", each=BGP_AGENT_WANTED), On("compute", each=BGP_AGENT_WANTED)),
    ),
)

_SECRETS = (
    Service(
        "barbican-api",
        tcp(9311),
        control(BARBICAN_WANTED),
        Deployment(
            "barbican",
            ("barbican-api", "python3-barbicanclient"),
            Api("keymanager", 9311, catalogue=(CatalogueEntry("key-manager", "barbican"),)),
            databases=(Database("barbican"),),
            message_user="barbican",
            user=ServiceUser("barbican"),
            secrets=(Secret("barbican_kek", SecretKind.FERNET_KEY),),
        ),
    ),
)

_STACKS = (
    Service(
        "heat-api",
        tcp(8004),
        control(HEAT_WANTED),
        Deployment(
            "heat",
            ("heat-api", "python3-heatclient"),
            Api(
                "orchestration-api",
                8004,
                catalogue=(CatalogueEntry("orchestration", "heat", "/v1/%(tenant_id)s"),),
            ),
            databases=(Database("heat"),),
            message_user="heat",
            user=ServiceUser("heat"),
            # Keystone's machines make the administrator of the stacks' domain.
            secrets=(Secret("heat_domain_admin"),),
        ),
    ),
    Service(
        "heat-api-cfn",
        tcp(8000),
        control(HEAT_WANTED),
        Deployment(
            "heat",
            ("heat-api-cfn",),
            Api(
                "orchestration-cfn",
                8000,
                catalogue=(CatalogueEntry("cloudformation", "heat-cfn", "/v1"),),
            ),
            reads=_HEAT,
        ),
    ),
    Service(
        "heat-engine",
        (),
        control(HEAT_WANTED),
        Deployment("heat", ("heat-engine",), secrets=(Secret("heat_encryption"),), reads=_HEAT),
    ),
)

_VOLUMES = (
    Service(
        "cinder-api",
        tcp(8776),
        control(CINDER),
        Deployment(
            "cinder",
            ("cinder-api", "python3-cinderclient"),
            Api("volume", 8776, catalogue=(CatalogueEntry("block-storage", "cinder", "/v3"),)),
            databases=(Database("cinder"),),
            message_user="cinder",
            user=ServiceUser("cinder"),
        ),
    ),
    Service(
        "cinder-scheduler",
        (),
        control(CINDER),
        Deployment("cinder", ("cinder-scheduler",), reads=_CINDER),
    ),
    Service(
        "cinder-volume",
        tcp(3260),
        (On("volume", CINDER), On("compute", All(CINDER, OSDS))),
        Deployment(
            "cinder",
            ("cinder-volume", "lvm2", "tgt", "thin-provisioning-tools"),
            reads=_CINDER,
        ),
    ),
    Service(
        "cinder-backup",
        (),
        (On("controller", BACKUPS), On("volume", BACKUPS), On("compute", All(BACKUPS, OSDS))),
    ),
)

_DASHBOARD = (
    Service(
        "horizon",
        tcp(7443),
        control(),
        Deployment(
            "horizon",
            ("openstack-dashboard", "python3-pymemcache", "uwsgi-plugin-python3"),
            Api("horizon", 7443, health="/auth/login/", balance="source"),
            secrets=(Secret("horizon"),),
        ),
    ),
)

CLOUD_SERVICES: tuple[Service, ...] = (
    *_IMAGES,
    *_COMPUTE,
    *_NETWORK,
    *_SECRETS,
    *_STACKS,
    *_VOLUMES,
    *_DASHBOARD,
)
