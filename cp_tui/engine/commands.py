"""The table of commands: all that an operator may ask of a charge point, each written once.

What a command takes, gives and means is read from what it does; here stand its name, who may use it
and the words in which it is told. What concerns one client of the door, such as `subscribe`, is in
a table of the door. A new command is one entry, and its rule in mind, station or engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cp_tui.charge_point.codec import builtins_of
from cp_tui.charge_point.command_fields import ConnectorId
from cp_tui.charge_point.events import (
    CancelReservation,
    ClearAuthorizationCache,
    ClearChargingProfile,
    ClearSecurityLog,
    DeleteRootCertificate,
    DropMessage,
    Event,
    InstallChargingProfile,
    InstallRootCertificate,
    MainsFailed,
    MonitorConfigurationKeys,
    RaiseSecurityEvent,
    RequestCertificate,
    Restart,
    SendCall,
    SendRaw,
    SetCustomConfigurationKey,
    SetSecurityProfile,
    Stop,
    Swipe,
    TransferData,
)
from cp_tui.charge_point.variables import SwipeResult, TagExplanation
from cp_tui.engine.command import Act, Ask, Command, table
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.operations import Operations
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.ocpp.datatypes import ConfigurationStatus
from cp_tui.station.station import Station
from cp_tui.station.vehicle import VehicleSettings

LONG_TIMEOUT_S = 100.0
"""How long the door waits where the CSMS is asked: the call may wait for its turn, and then for
MessageTimeout."""
SAID = "`message_id`, `kind`, and what the CSMS said"
SWIPE_TIMEOUT_S = 100.0
"""The mind says by then that it still waits (`rfid_reader.SWIPE_WAIT_MAX_S`)."""


def fail_mains(body: Station, now: datetime) -> list[Event]:
    """Let the mains fail; on backup power the CSMS is told what has ended."""
    return [*body.advance(now), MainsFailed()]


def set_vehicle(
    body: Station, connector_id: ConnectorId, now: datetime, settings: VehicleSettings
) -> list[Event]:
    """Change the vehicle at a connector, or the one that comes next."""
    if settings == VehicleSettings():
        names = ", ".join(VehicleSettings.model_fields)
        raise CommandError(ErrorNumber.INVALID_PARAMS, f"nothing to change; it takes {names}")
    return body.set_vehicle(connector_id, now, settings)


def _swipe_lost(given: Mapping[str, Any]) -> CommandAnswer:
    # What the sentence takes is much to import for a screen, which only has words.
    from cp_tui.charge_point.swipe_result import swipe_lost

    result = swipe_lost(given["id_tag"], given["connector_id"])
    return CommandAnswer(builtins_of(result), result.reason)


COMMANDS: Mapping[str, Command] = table(
    Ask(Stop, "Stop OCPP", "OCPP is stopped", "it was stopped already"),
    Ask(Restart, "Restart OCPP", "OCPP is restarted", "it was not stopped"),
    Ask(
        TransferData,
        "DataTransfer of vendor {vendor_id}",
        name="data_transfer",
        gives="`status`, `data` and `code` of the answer",
        timeout_s=LONG_TIMEOUT_S,
    ),
    Command(
        Operations.get_configuration_key,
        "Read configuration keys",
        is_look=True,
        gives="`configuration_key`: `key`, `value` and `read_only` of each; `unknown_key`: names",
    ),
    # Not for observers: a weak key could be found by trying, with a digest at hand.
    Command(Operations.digest_authorization_key, "Compare the AuthorizationKey", "It is compared"),
    Ask(SetCustomConfigurationKey, "Set {key}", gives=ConfigurationStatus),
    Ask(
        MonitorConfigurationKeys,
        "Monitor keys",
        "Monitored: {keys}",
        about="Watch configuration keys: each change is told.",
        fixed={"add": True},
        gives="null",
    ),
    Ask(
        MonitorConfigurationKeys,
        "Stop monitoring keys",
        "No longer monitored: {keys}",
        name="unmonitor_configuration_keys",
        about="Watch configuration keys no longer.",
        fixed={"add": False},
        gives="null",
    ),
    Command(Operations.get_composite_schedule, "Read the schedule of {connector}", is_look=True),
    Command(Operations.get_measurements, "Read the measurements of {connector}", is_look=True),
    Ask(
        InstallChargingProfile,
        "Install a charging profile on {connector}",
        gives="`status`; `replaced` and `remarks`, where there are any",
    ),
    Ask(ClearChargingProfile, "Clear charging profiles", gives="`status`; `removed`: the ids"),
    Ask(SendCall, "Send a composed {action}", gives=SAID, timeout_s=LONG_TIMEOUT_S),
    Ask(SendRaw, "Send a composed frame", gives=SAID, timeout_s=LONG_TIMEOUT_S),
    Command(Operations.explain_tag, "Look up tag {id_tag}", is_look=True, gives=TagExplanation),
    Ask(
        DropMessage,
        "Give up message {sequence}",
        "Message {sequence} is given up: the CSMS never gets it",
    ),
    Ask(ClearAuthorizationCache, "Clear the authorization cache", gives=int),
    Ask(
        CancelReservation,
        "Cancel reservation {reservation_id}",
        "Reservation {reservation_id} is cancelled",
    ),
    Ask(
        Swipe,
        "Show tag {id_tag}",
        "Tag {id_tag} is shown to the reader",
        gives=SwipeResult,
        timeout_s=SWIPE_TIMEOUT_S,
        if_lost=_swipe_lost,
    ),
    Ask(
        RequestCertificate,
        "Ask for a certificate",
        "A new key is made, and the CSMS is asked to sign a certificate for it",
    ),
    Ask(
        InstallRootCertificate,
        "Install a root certificate",
        "The root certificate is installed",
    ),
    Ask(DeleteRootCertificate, "Delete a root certificate", "The root certificate is deleted"),
    Command(Operations.get_certificate, "Read a certificate", is_look=True, gives="PEM"),
    Ask(
        SetSecurityProfile,
        "Go to security profile {profile}",
        "Security profile {profile} is tried: the connection is made anew with it",
    ),
    Ask(
        RaiseSecurityEvent,
        "Raise the security event {type}",
        "The security event {type} is raised",
    ),
    Ask(ClearSecurityLog, "Clear the security log", "The security log is cleared"),
    Command(
        Operations.set_network,
        "Pull the network cable",
        "The network cable is pulled",
        if_true=("Plug the network cable in", "The network cable is plugged in"),
    ),
    Command(
        Operations.set_weather,
        "Set the weather of the network to {weather}",
        "The weather of the network is {weather}",
        "it is so already",
    ),
    Command(
        Operations.try_now, "Try now", "It is tried now", "nothing waits to be tried", gives=bool
    ),
    Command(
        Operations.power_cycle,
        "Cut the power",
        "The power was cut, and the charge point boots again",
        gives="true, after the boot",
    ),
    Command(
        Operations.acknowledge_troubles,
        "Acknowledge what went wrong",
        "What went wrong is acknowledged, and off the alarm line",
    ),
    Act(Station.plug_in, "Plug in at {connector}", "The cable is plugged in at {connector}"),
    Act(
        Station.plug_out,
        "Unplug the vehicle at {connector}",
        "The vehicle is unplugged at {connector}",
    ),
    Act(
        Station.suspend_ev,
        "Pause the vehicle at {connector}",
        "The vehicle at {connector} has paused",
    ),
    Act(
        Station.resume_ev,
        "Resume the vehicle at {connector}",
        "The vehicle at {connector} draws power again",
    ),
    Act(
        set_vehicle,
        "Change the vehicle at {connector}",
        "The vehicle at {connector} is changed",
    ),
    Act(
        Station.raise_error,
        "Raise {error_code} at {connector}",
        "{error_code} is raised at {connector}",
    ),
    Act(
        Station.clear_error,
        "Clear the errors of {connector}",
        "The errors of {connector} are cleared",
    ),
    Act(
        fail_mains,
        "Let the mains fail",
        "The mains have failed; the CSMS is told on backup power",
    ),
    Act(
        Station.press_stop,
        "Press the stop button at {connector}",
        "The stop button is pressed at {connector}",
    ),
    Act(
        Station.press_emergency_stop,
        "Press the emergency button",
        "The emergency button is pressed: charging ends everywhere",
    ),
    Act(
        Station.jam_lock,
        "Free the cable lock at {connector}",
        "The cable lock at {connector} is free again",
        if_true=("Jam the cable lock at {connector}", "The cable lock at {connector} is jammed"),
    ),
)
"""All commands of a charge point, by name."""
