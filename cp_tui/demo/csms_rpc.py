"""The CSMS behind a door: what a screen or a script may ask of it, and what it publishes.

The methods are the CSMS's own; how they are carried over a socket is `rpc`'s. That of a demo plays
a story and scenarios as well, which need the door of its charge point; a CSMS alone has none.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from msgspec.structs import replace
from pydantic import Field, JsonValue

from cp_tui.charge_point.command_fields import FrameText, Name, Payload
from cp_tui.charge_point.reason import Reason
from cp_tui.csms.behaviour import Behaviour
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.charge_point_session import CallFailed
from cp_tui.csms.errors import FolderDamaged
from cp_tui.csms.event_log import Connected, Disconnected, Event, Received
from cp_tui.csms.outcome import ComposedOutcome, OutcomeKind
from cp_tui.csms.placeholders import CannotFill
from cp_tui.demo import behaviour_words
from cp_tui.demo.behaviour_words import BehaviourChange
from cp_tui.demo.csms_orders import ChargePointId, SecurityOrders
from cp_tui.demo.csms_variables import CSMS, ChargePoints, DemoView, Scenarios, SeenChargePoint
from cp_tui.demo.exchanges import exchange_of
from cp_tui.demo.pacing import SPEEDS
from cp_tui.engine.command import Command, find, table
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import Hub, Subscription
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.ocpp.close_code import CloseCode
from cp_tui.ocpp.core import BootNotificationRequest
from cp_tui.ocpp.datatypes import RegistrationStatus

if TYPE_CHECKING:
    from cp_tui.demo.player import Player

CHARGE_POINTS_MAX = 100
"""How many charge points are shown; a further one takes the place of the one seen longest ago."""

SAID = "`message_id`, `kind`, and what the charge point said"

Speed = Annotated[float, Field(ge=SPEEDS[0], le=SPEEDS[-1], allow_inf_nan=False)]


class CsmsRpc(SecurityOrders):
    """What the door needs of a CSMS."""

    def __init__(self, csms: CentralSystem, player: Player | None = None, attach: str = "") -> None:
        """`player` plays the demo; `attach` is the command that shows it on a second screen."""
        self._csms = csms
        self._plays = player
        self._hub = Hub(CSMS)
        self._charge_points: dict[str, SeenChargePoint] = {}
        for event in csms.record.events:
            self._take(event)
        csms.record.listen(self._take)
        self._demo = DemoView(attach=attach)
        self._hub.publish("demo", self._demo)
        if player is not None:
            player.changed = self._publish_scenarios
        self._publish_scenarios(Scenarios() if player is None else player.scenarios)
        self._publish_charge_points()

    def end(self) -> None:
        """Tell every screen that the demo ends."""
        self._demo = replace(self._demo, has_ended=True)
        self._hub.publish("demo", self._demo)

    async def call(
        self, method: str, params: Mapping[str, JsonValue], *, read_only: bool = False
    ) -> CommandAnswer:
        """Carry out one command, or raise `CommandError`."""
        there = "the CSMS has: {}, subscribe, get, observe"
        command = find(CSMS_COMMANDS, method, read_only=read_only, there=there)
        try:
            return await command.carry_out(self, params)
        except (FolderDamaged, OSError) as error:
            # Its certificates are made when something needs them first.
            raise _refused(str(error)) from None

    def get(self, name: str) -> Any:
        """Give the present value of a variable, or raise `CommandError`."""
        return self._hub.get(name)

    async def prepare(self, names: Sequence[str]) -> None:
        """Have variables ready to be looked at; these always are."""

    def subscribe(self, names: Sequence[str], *, history_as_events: bool = False) -> Subscription:
        """Follow variables and streams, or raise `CommandError`."""
        return self._hub.subscribe(names, history_as_events=history_as_events)

    async def send(
        self,
        action: Name,
        payload: Payload,
        message_id: Name | None = None,
        charge_point_id: ChargePointId | None = None,
    ) -> CommandAnswer:
        """Send a CALL of the CSMS as it stands, and give what the charge point says to it.

        A text that is `{csms root}` or another such word gives way to what it stands for.
        """
        message_id = str(uuid.uuid4()) if message_id is None else message_id
        who = self._whose(charge_point_id)
        try:
            filled = self._csms.filled(who, payload)
        except CannotFill as error:
            raise _refused(str(error)) from None
        try:
            text = json.dumps(
                [2, message_id, action, filled], separators=(",", ":"), allow_nan=False
            )
        except (ValueError, RecursionError):
            raise _refused("the payload cannot be written as JSON") from None
        return await self.send_raw(text, who)

    async def send_raw(
        self, text: FrameText, charge_point_id: ChargePointId | None = None
    ) -> CommandAnswer:
        """Send a text of the CSMS as it stands, and give what the charge point says to it."""
        try:
            outcome = await self._csms.compose(self._whose(charge_point_id), text)
        except CallFailed as failure:
            raise _refused(failure.description) from None
        return CommandAnswer(outcome.masked().to_json(), _reason(outcome))

    def set_behaviour(self, change: BehaviourChange) -> bool:
        """Change how the CSMS answers; what is left out stays."""
        try:
            self._csms.behaviour = behaviour_words.changed(self._csms.behaviour, change)
        except ValueError as error:
            raise CommandError(ErrorNumber.INVALID_PARAMS, f"{error}") from None
        self._publish_behaviour()
        return True

    def reset_behaviour(self) -> bool:
        """Have the CSMS answer correctly again."""
        was_normal = self._csms.behaviour == Behaviour()
        self._csms.behaviour = Behaviour()
        self._publish_behaviour()
        return not was_normal

    def end_pending(self) -> None:
        """Accept charge points from now on, unless somebody has changed what they are told."""
        behaviour = self._csms.behaviour
        if behaviour.registration_status is RegistrationStatus.PENDING:
            normal = Behaviour()
            self._csms.behaviour = replace(
                behaviour,
                registration_status=normal.registration_status,
                interval_s=normal.interval_s,
            )
            self._publish_behaviour()

    async def disconnect(
        self, charge_point_id: ChargePointId | None = None, code: CloseCode = 1001
    ) -> bool:
        """Close the connection of a charge point."""
        try:
            await self._csms.disconnect(self._whose(charge_point_id), code)
        except CallFailed as failure:
            raise _refused(failure.description) from None
        return True

    async def run_scenario(self, scenario: str) -> bool:
        """Run a scenario; what runs is stopped first."""
        if not await self._player.run(scenario):
            known = ", ".join(each.id for each in self._player.scenarios.available)
            text = f"no scenario {scenario!r}; there are: {known}"
            raise CommandError(ErrorNumber.INVALID_PARAMS, text)
        return True

    async def stop_scenario(self) -> bool:
        """Stop the scenario or the story that runs."""
        return await self._player.stop()

    async def play_story(self) -> bool:
        """Tell the story over and over."""
        return await self._player.play_story()

    def pause(self) -> bool:
        """Hold what is played before what it does next; the charge point goes on."""
        return self._player.pause()

    def resume(self) -> bool:
        """Let what is held go on."""
        return self._player.resume()

    def step(self) -> bool:
        """Play one step more without a pause, and hold it before the one after."""
        return self._player.step()

    def set_speed(self, speed: Speed) -> bool:
        """Stretch the pauses of what is played, or cut them short; at 2 they are half as long."""
        return self._player.set_speed(speed)

    @property
    def _player(self) -> Player:
        if self._plays is None:
            raise _refused("nothing is played here: story and scenarios are those of `cp-tui demo`")
        return self._plays

    def _whose(self, charge_point_id: str | None) -> str:
        connected = self._csms.charge_points
        if charge_point_id is not None:
            return charge_point_id
        if len(connected) != 1:
            names = ", ".join(connected) or "none"
            raise _refused(f"name the charge point; connected: {names}")
        return connected[0]

    def _take(self, event: Event) -> None:
        self._hub.emit("exchanges", exchange_of(event))
        who = event.charge_point_id
        match event:
            case Connected() | Disconnected():
                is_connected = who in self._csms.charge_points
                self._charge_points.pop(who, None)
                self._charge_points[who] = SeenChargePoint(
                    charge_point_id=who, is_connected=is_connected, since=event.at
                )
                if len(self._charge_points) > CHARGE_POINTS_MAX:
                    del self._charge_points[next(iter(self._charge_points))]
                self._publish_charge_points()
            case Received(request=BootNotificationRequest()):
                self._publish_charge_points()

    def _publish_charge_points(self) -> None:
        found = [self._with_boot(each) for each in self._charge_points.values()]
        found.sort(key=lambda each: not each.is_connected)
        self._hub.publish("charge_points", ChargePoints(tuple(found)))

    def _with_boot(self, known: SeenChargePoint) -> SeenChargePoint:
        record = self._csms.boot_of(known.charge_point_id)
        if record is None:
            return known
        boot = record.boot
        serial_number = boot.charge_point_serial_number or boot.charge_box_serial_number
        return replace(
            known,
            registration_status=record.status,
            vendor=boot.charge_point_vendor,
            model=boot.charge_point_model,
            firmware_version=boot.firmware_version or "",
            serial_number=serial_number or "",
        )

    def _publish_scenarios(self, scenarios: Scenarios) -> None:
        self._hub.publish("scenario", scenarios)
        # The story puts the behaviour in order as well.
        self._publish_behaviour()

    def _publish_behaviour(self) -> None:
        self._hub.publish("behaviour", behaviour_words.described(self._csms.behaviour))


def _reason(outcome: ComposedOutcome) -> Reason | None:
    """Say what is remarkable about an outcome."""
    if outcome.defect:
        text = f"the answer does not fit {outcome.action}: {outcome.defect}"
        return Reason(id="csms.answer_defect", rule="J 4.2", text=text)
    if outcome.kind is OutcomeKind.SENT:
        text = "sent as it stands; it is nothing that a charge point has to answer"
        return Reason(id="csms.sent", rule="J 4.2", text=text)
    return None


def _refused(text: str) -> CommandError:
    return CommandError(ErrorNumber.REFUSED, text)


PLAY_COMMANDS: Mapping[str, Command] = table(
    Command(CsmsRpc.run_scenario, "Run scenario {scenario}", "Scenario {scenario} runs"),
    Command(
        CsmsRpc.stop_scenario,
        "Stop what is played",
        "What was played is stopped",
        "nothing runs",
    ),
    Command(
        CsmsRpc.play_story,
        "Tell the story",
        "The story is told again",
        "the story is being told",
    ),
    Command(CsmsRpc.pause, "Pause what is played", "It is paused", "nothing runs on"),
    Command(CsmsRpc.resume, "Go on with what is paused", "It goes on", "nothing is paused"),
    Command(CsmsRpc.step, "Play one step", "One step is played", "nothing is played"),
    Command(
        CsmsRpc.set_speed,
        "Play at speed {speed}",
        "It is played at speed {speed}",
        "that is its speed already",
    ),
)
"""What plays a demo; a CSMS alone refuses it."""

CSMS_COMMANDS: Mapping[str, Command] = {
    **table(
        Command(CsmsRpc.send, "Send {action}", gives=SAID),
        Command(CsmsRpc.send_raw, "Send a raw frame", gives=SAID),
        Command(
            CsmsRpc.set_behaviour,
            "Change how the CSMS answers",
            "The CSMS answers in this way now",
        ),
        Command(
            CsmsRpc.reset_behaviour,
            "Let the CSMS answer correctly",
            "The CSMS answers correctly again",
            "it does so already",
        ),
        Command(CsmsRpc.ask_for_certificate, "Ask for a request for a certificate"),
        Command(CsmsRpc.install_root, "Install a {use}"),
        Command(CsmsRpc.delete_root, "Delete a {use}"),
        Command(CsmsRpc.list_roots, "List the installed roots"),
        Command(CsmsRpc.update_signed_firmware, "Update with {signing} firmware"),
        Command(CsmsRpc.get_log, "Ask for the {log_type}"),
        Command(CsmsRpc.change_password, "Give a new AuthorizationKey"),
        Command(CsmsRpc.raise_security_profile, "Raise the security profile to {profile}"),
        Command(
            CsmsRpc.revoke_certificates,
            "Revoke the certificates of the charge point",
            "The certificates of the charge point are revoked",
        ),
        Command(CsmsRpc.disconnect, "Close the connection", "The CSMS has closed the connection"),
    ),
    **PLAY_COMMANDS,
}
"""All that may be asked of the CSMS of a demo, by name."""
