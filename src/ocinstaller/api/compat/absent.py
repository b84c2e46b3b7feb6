"""The actions of the original that this server does not do, and why."""

from ocinstaller.api.compat.action import Absent

_BMC = "it programs no management controllers and passes no commands on to them"
_RAID = "it does not configure RAID controllers"

ABSENT: tuple[Absent, ...] = (
    Absent("enc", "classes hold secrets; the puppetserver asks for them with its own token"),
    *(
        Absent(name, _BMC)
        for name in (
            "machine_apply_ipmi",
            "ipmi_cmd",
            "ipmi_assign_check",
            "ipmi_assign_ip",
            "machine_save_ipmi_pass",
            "machine_forget_ipmi_pass",
            "hpe_ilo_license_install",
            "hpe_activate_ipmi_over_lan",
            "activate_ipmi_over_lan",
        )
    ),
    *(
        Absent(name, _RAID)
        for name in (
            "machine_check_megacli_applied",
            "machine_megacli_apply",
            "machine_megacli_reset_raid",
        )
    ),
)
