"""The actions of the original that this server does not do, and why."""

from ocinstaller.api.compat.action import Absent

_HPE = "it takes a tool of the vendor that is not in Debian"
_BMC = "it keeps passwords of management controllers in its own data base only"
_RAID = "it does not configure RAID controllers"

ABSENT: tuple[Absent, ...] = (
    Absent("enc", "classes hold secrets; the puppetserver asks for them with its own token"),
    Absent("hpe_ilo_license_install", _HPE),
    Absent("hpe_activate_ipmi_over_lan", f"{_HPE}; activate_ipmi_over_lan takes ipmitool"),
    *(Absent(name, _BMC) for name in ("machine_save_ipmi_pass", "machine_forget_ipmi_pass")),
    *(
        Absent(name, _RAID)
        for name in (
            "machine_check_megacli_applied",
            "machine_megacli_apply",
            "machine_megacli_reset_raid",
        )
    ),
)
