"""Calls of the site's plug-ins below `/v1`."""

from fastapi import APIRouter

from ocinstaller.actions import machines, plugin_runner, plugins
from ocinstaller.actions.plugins import PluginCallView
from ocinstaller.api.auth import Oci
from ocinstaller.api.conditional import Condition, Conditional
from ocinstaller.model.plugins import Plugin, Step

router = APIRouter(prefix="/v1", tags=["plug-ins"])


@router.get("/machines/{name}/plugin-calls")
def list_calls(oci: Oci, name: str) -> list[PluginCallView]:
    """List the calls of plug-ins for a machine, the newest first."""
    with oci.store.read() as session:
        return machines.show_machine(session, name).plugin_calls


@router.post("/machines/{name}/plugin-calls/retry", status_code=202)
def retry_calls(oci: Oci, name: str, condition: Condition) -> list[PluginCallView]:
    """Repeat the calls for a machine that failed, now instead of later."""
    work = condition.guard(
        machines.show_machine, name, lambda session: plugins.retry(session, name)
    )
    return oci.store.write(work)


def _call(
    oci: Oci, name: str, condition: Conditional, plugin: Plugin, step: Step
) -> PluginCallView:
    return plugin_runner.call_now(
        oci,
        name,
        plugin,
        step,
        lambda work: condition.guard(machines.show_machine, name, work),
    )


@router.put("/machines/{name}/dns")
def to_dns(oci: Oci, name: str, condition: Condition) -> PluginCallView:
    """Call the DNS plug-in: the machine gets its names."""
    return _call(oci, name, condition, Plugin.DNS, Step.CREATE)


@router.delete("/machines/{name}/dns")
def out_of_dns(oci: Oci, name: str, condition: Condition) -> PluginCallView:
    """Call the DNS plug-in: the machine loses its names."""
    return _call(oci, name, condition, Plugin.DNS, Step.DELETE)


@router.put("/machines/{name}/monitoring")
def to_monitoring(oci: Oci, name: str, condition: Condition) -> PluginCallView:
    """Call the monitoring plug-in: the machine is watched from now on."""
    return _call(oci, name, condition, Plugin.MONITORING, Step.CREATE)


@router.delete("/machines/{name}/monitoring")
def out_of_monitoring(oci: Oci, name: str, condition: Condition) -> PluginCallView:
    """Call the monitoring plug-in: the machine is not watched anymore."""
    return _call(oci, name, condition, Plugin.MONITORING, Step.DELETE)


@router.put("/machines/{name}/root-password")
def generate_root_password(oci: Oci, name: str, condition: Condition) -> PluginCallView:
    """Make root's password anew and hand it to the plug-in; Puppet sets it on the machine."""
    return _call(oci, name, condition, Plugin.ROOT_PASSWORD, Step.CREATE)


@router.delete("/machines/{name}/root-password")
def forget_root_password(oci: Oci, name: str, condition: Condition) -> PluginCallView:
    """Call the root password plug-in: it forgets the machine's."""
    return _call(oci, name, condition, Plugin.ROOT_PASSWORD, Step.DELETE)
