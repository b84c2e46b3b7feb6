"""Actions on the site's plug-ins."""

from functools import partial

from ocinstaller.actions import plugin_runner, plugins
from ocinstaller.actions.plugins import PluginCallView
from ocinstaller.api.compat.action import Action, Calculation, Call
from ocinstaller.api.compat.kinds import SERIAL
from ocinstaller.api.compat.parameters import Parameter
from ocinstaller.model.errors import Unavailable
from ocinstaller.model.plugins import Plugin, Step

_MACHINE = Parameter("serial", SERIAL, aliases=("machine_serial",))
_AGAIN = "when it fails, the message says so, and it is repeated"


def _call(plugin: Plugin, step: Step, call: Call) -> dict[str, str]:
    view = plugin_runner.call_now(call.oci, call["serial"], plugin, step, lambda work: work)
    if view.problem:
        raise Unavailable(
            f"the {plugin} plug-in failed: {view.problem}: {view.output}",
            field="plugin",
            retry_after_s=call.oci.conf.plugins.retry_first_s,
        )
    return _shown(call, plugin, step, view)


def _shown(call: Call, plugin: Plugin, step: Step, view: PluginCallView) -> dict[str, str]:
    program = plugins.program(call.oci.conf, plugin, step)
    return {"command": " ".join((program, *view.command)), "output": view.output}


def _action(name: str, method: str, resource: str, plugin: Plugin, note: str = _AGAIN) -> Action:
    step = Step.CREATE if method == "PUT" else Step.DELETE
    route = (method, f"/v1/machines/{{name}}/{resource}")
    return Calculation(name, route, (_MACHINE,), partial(_call, plugin, step), note)


ACTIONS: tuple[Action, ...] = (
    _action("machine_to_dns", "PUT", "dns", Plugin.DNS),
    _action("machine_out_of_dns", "DELETE", "dns", Plugin.DNS),
    _action("machine_to_monitoring", "PUT", "monitoring", Plugin.MONITORING),
    _action("machine_out_of_monitoring", "DELETE", "monitoring", Plugin.MONITORING),
    _action(
        "machine_gen_root_pass",
        "PUT",
        "root-password",
        Plugin.ROOT_PASSWORD,
        "the plug-in gets the password on standard input; Puppet sets it on an installed machine",
    ),
    _action("machine_forget_root_pass", "DELETE", "root-password", Plugin.ROOT_PASSWORD),
)
