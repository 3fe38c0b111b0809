"""What the methods of the door do, in words: as it is asked for, and as it is done.

A person reads sentences; the names of methods are for scripts. Values that may be secret, such as
that of a key, are in none of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue

VALUE_LENGTH_MAX = 100
"""Characters of one value; whoever reads knows by then what is meant."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Words for one method; `{connector}` and the names of parameters stand for their values."""

    asked: str
    """An imperative: `Plug in at {connector}`."""
    done: str = ""
    """A sentence without its stop: `The cable is plugged in at {connector}`."""
    undone: str = "nothing to do"
    """Where the answer is `false`: why there was nothing to do."""
    is_look: bool = False
    """It changes nothing."""


DEEDS: Mapping[str, Deed] = {
    "stop": Deed("Stop OCPP", "OCPP is stopped", "it was stopped already"),
    "restart": Deed("Restart OCPP", "OCPP is restarted", "it was not stopped"),
    "data_transfer": Deed("DataTransfer of vendor {vendor_id}"),
    "get_configuration_key": Deed("Read configuration keys", is_look=True),
    "set_custom_configuration_key": Deed("Set {key}"),
    "monitor_configuration_keys": Deed("Monitor keys", "Monitored: {keys}"),
    "unmonitor_configuration_keys": Deed("Stop monitoring keys", "No longer monitored: {keys}"),
    "get_composite_schedule": Deed("Read the schedule of {connector}", is_look=True),
    "get_measurements": Deed("Read the measurements of {connector}", is_look=True),
    "install_charging_profile": Deed("Install a charging profile on {connector}"),
    "clear_charging_profile": Deed("Clear charging profiles"),
    "send_call": Deed("Send a composed {action}"),
    "send_raw": Deed("Send a composed frame"),
    "explain_tag": Deed("Look up tag {id_tag}", is_look=True),
    "drop_message": Deed(
        "Give up message {sequence}", "Message {sequence} is given up: the CSMS never gets it"
    ),
    "clear_authorization_cache": Deed("Clear the authorization cache"),
    "cancel_reservation": Deed(
        "Cancel reservation {reservation_id}", "Reservation {reservation_id} is cancelled"
    ),
    "swipe": Deed("Show tag {id_tag}", "Tag {id_tag} is shown to the reader"),
    "set_network": Deed("Pull the network cable", "The network cable is pulled"),
    "set_network:up": Deed("Plug the network cable in", "The network cable is plugged in"),
    "try_now": Deed("Try now", "It is tried now", "nothing waits to be tried"),
    "power_cycle": Deed("Cut the power", "The power was cut, and the charge point boots again"),
    "acknowledge_troubles": Deed(
        "Acknowledge what went wrong", "What went wrong is acknowledged, and off the alarm line"
    ),
    "digest_authorization_key": Deed("Compare the AuthorizationKey", "It is compared"),
    "plug_in": Deed("Plug in at {connector}", "The cable is plugged in at {connector}"),
    "plug_out": Deed(
        "Unplug the vehicle at {connector}", "The vehicle is unplugged at {connector}"
    ),
    "suspend_ev": Deed("Pause the vehicle at {connector}", "The vehicle at {connector} has paused"),
    "resume_ev": Deed(
        "Resume the vehicle at {connector}", "The vehicle at {connector} draws power again"
    ),
    "set_vehicle": Deed(
        "Change the vehicle at {connector}", "The vehicle at {connector} is changed"
    ),
    "raise_error": Deed(
        "Raise {error_code} at {connector}", "{error_code} is raised at {connector}"
    ),
    "clear_error": Deed("Clear the errors of {connector}", "The errors of {connector} are cleared"),
    "fail_mains": Deed(
        "Let the mains fail", "The mains have failed; the CSMS is told on backup power"
    ),
    "press_stop": Deed(
        "Press the stop button at {connector}", "The stop button is pressed at {connector}"
    ),
    "press_emergency_stop": Deed(
        "Press the emergency button", "The emergency button is pressed: charging ends everywhere"
    ),
    "jam_lock": Deed(
        "Free the cable lock at {connector}", "The cable lock at {connector} is free again"
    ),
    "jam_lock:jammed": Deed(
        "Jam the cable lock at {connector}", "The cable lock at {connector} is jammed"
    ),
}
"""Method, or method and the flag that makes it another deed -> its words."""


def deed_of(method: str, params: Mapping[str, JsonValue], deeds: Mapping[str, Deed]) -> Deed:
    """Find the words of a method; one that is not known is called by its name."""
    for name, value in params.items():
        if value is True and f"{method}:{name}" in deeds:
            return deeds[f"{method}:{name}"]
    plain = method.replace("_", " ").capitalize()
    return deeds.get(method) or Deed(plain, f"Done: {plain}")


def asked(method: str, params: Mapping[str, JsonValue], deeds: Mapping[str, Deed] = DEEDS) -> str:
    """Say what is asked for, such as `Plug in at connector 1`."""
    return _filled(deed_of(method, params, deeds).asked, params)


def done(method: str, params: Mapping[str, JsonValue], deeds: Mapping[str, Deed] = DEEDS) -> str:
    """Say that it is done, such as `The cable is plugged in at connector 1`."""
    deed = deed_of(method, params, deeds)
    return _filled(deed.done or f"{deed.asked}: done", params)


def undone(method: str, params: Mapping[str, JsonValue], deeds: Mapping[str, Deed] = DEEDS) -> str:
    """Say why there was nothing to do."""
    return deed_of(method, params, deeds).undone


def told(
    method: str, params: Mapping[str, JsonValue], result: JsonValue, why: str | None = None
) -> str:
    """Say what was asked and what came of it, in one sentence, for logs and scripts."""
    match result:
        case True | None:
            text = done(method, params)
        case False:
            return f"{asked(method, params)}: {why or undone(method, params)}"
        case str() | int():
            text = f"{asked(method, params)}: {result}"
        case {"text": str(words)}:
            return words
        case {"status": str(status)}:
            text = f"{asked(method, params)}: {status}"
        case _:
            text = f"{asked(method, params)}: answered"
    return f"{text}; {why}" if why else text


def _filled(text: str, params: Mapping[str, JsonValue]) -> str:
    """Put the values in; one that is not given leaves a gap."""
    number = params.get("connector_id")
    values = {
        name: ", ".join(f"{each}" for each in value) if isinstance(value, list) else f"{value}"
        for name, value in params.items()
    }
    values["connector"] = f"connector {number}" if number else "the charge point"
    return re.sub(r"\{(\w+)\}", lambda found: _short(values.get(found[1], "")), text)


def _short(value: str) -> str:
    return value if len(value) <= VALUE_LENGTH_MAX else f"{value[:VALUE_LENGTH_MAX]}…"
