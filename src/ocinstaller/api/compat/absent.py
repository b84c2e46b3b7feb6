"""The actions of the original that this server does not do, and why."""

from ocinstaller.api.compat.action import Absent

_BMC = "it programs no management controllers and passes no commands on to them"
_RAID = "it does not configure RAID controllers"
_PLUGINS = "it calls no site plug-ins"

ABSENT: tuple[Absent, ...] = (
    Absent("enc", "classes hold secrets; the puppetserver asks for them with its own token"),
    Absent(
        "machine_reboot_on_hdd",
        "it does not log in to machines to restart them; ipmi_reboot_on_hdd takes their BMC",
    ),
    Absent("machine_wipe", "it does not wipe disks on demand"),
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
        Absent(name, _PLUGINS)
        for name in (
            "machine_gen_root_pass",
            "machine_forget_root_pass",
            "machine_to_dns",
            "machine_out_of_dns",
            "machine_to_monitoring",
            "machine_out_of_monitoring",
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
