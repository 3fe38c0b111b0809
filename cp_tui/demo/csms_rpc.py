"""The CSMS behind a door: what a screen or a script may ask of it, and what it publishes.

The methods are the CSMS's own; how they are carried over a socket is `rpc`'s.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence

from pydantic import BaseModel, JsonValue

from cp_tui.charge_point.reason import Reason
from cp_tui.csms.behaviour import Behaviour
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.charge_point_session import CallFailed
from cp_tui.csms.event_log import Connected, Disconnected, Event, Received
from cp_tui.csms.outcome import ComposedOutcome, OutcomeKind
from cp_tui.demo import behaviour_words
from cp_tui.demo.csms_params import (
    Disconnect,
    Nothing,
    RunScenario,
    Send,
    SendRaw,
    SetBehaviour,
)
from cp_tui.demo.csms_variables import CSMS, ChargePoints, Scenarios, SeenChargePoint
from cp_tui.demo.exchanges import exchange_of
from cp_tui.demo.player import Player
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import Hub, Subscription
from cp_tui.engine.params import Params, checked
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.ocpp.core import BootNotificationRequest

CHARGE_POINTS_MAX = 100
"""Shown; whoever comes after that takes the place of the one seen longest ago."""

Method = tuple[type[Params], Callable[[Params], Awaitable[CommandAnswer]]]


class CsmsRpc:
    """What the door needs of a CSMS."""

    def __init__(self, csms: CentralSystem, player: Player) -> None:
        self._csms = csms
        self._player = player
        self._hub = Hub(CSMS)
        self._charge_points: dict[str, SeenChargePoint] = {}
        self._methods: Mapping[str, Method] = {
            "send": (Send, self._send),
            "send_raw": (SendRaw, self._send_raw),
            "set_behaviour": (SetBehaviour, self._set_behaviour),
            "reset_behaviour": (Nothing, self._reset_behaviour),
            "disconnect": (Disconnect, self._disconnect),
            "run_scenario": (RunScenario, self._run_scenario),
            "stop_scenario": (Nothing, self._stop_scenario),
            "play_story": (Nothing, self._play_story),
        }
        for event in csms.record.events:
            self._take(event)
        csms.record.listen(self._take)
        player.changed = self._publish_scenarios
        self._publish_scenarios(player.scenarios)
        self._publish_charge_points()

    async def call(
        self, method: str, params: Mapping[str, JsonValue], *, read_only: bool = False
    ) -> CommandAnswer:
        """Carry out one command, or raise `CommandError`."""
        if method not in self._methods:
            known = ", ".join(self._methods)
            text = f"no method {method!r}; the CSMS has: {known}, subscribe, get, observe"
            raise CommandError(ErrorNumber.METHOD_NOT_FOUND, text)
        if read_only:
            raise CommandError(ErrorNumber.READ_ONLY, f"an observer may not use {method}")
        model, act = self._methods[method]
        return await act(checked(model, method, params))

    def get(self, name: str) -> BaseModel:
        """Give the present value of a variable, or raise `CommandError`."""
        return self._hub.get(name)

    def subscribe(self, names: Sequence[str], *, history_as_events: bool = False) -> Subscription:
        """Follow variables and streams, or raise `CommandError`."""
        return self._hub.subscribe(names, history_as_events=history_as_events)

    # --- methods ----------------------------------------------------------------------------------

    async def _send(self, params: Params) -> CommandAnswer:
        assert isinstance(params, Send)
        message_id = str(uuid.uuid4()) if params.message_id is None else params.message_id
        elements = [2, message_id, params.action, params.payload]
        try:
            text = json.dumps(elements, separators=(",", ":"), allow_nan=False)
        except (ValueError, RecursionError):
            raise _refused("the payload cannot be written as JSON") from None
        return await self._compose(params.charge_point_id, text)

    async def _send_raw(self, params: Params) -> CommandAnswer:
        assert isinstance(params, SendRaw)
        return await self._compose(params.charge_point_id, params.text)

    async def _compose(self, charge_point_id: str | None, text: str) -> CommandAnswer:
        try:
            outcome = await self._csms.compose(self._whose(charge_point_id), text)
        except CallFailed as failure:
            raise _refused(failure.description) from None
        return CommandAnswer(outcome.masked().to_json(), _reason(outcome))

    async def _set_behaviour(self, params: Params) -> CommandAnswer:
        assert isinstance(params, SetBehaviour)
        try:
            self._csms.behaviour = behaviour_words.changed(self._csms.behaviour, params)
        except ValueError as error:
            raise CommandError(ErrorNumber.INVALID_PARAMS, f"{error}") from None
        self._publish_behaviour()
        return CommandAnswer(True)

    async def _reset_behaviour(self, _: Params) -> CommandAnswer:
        was_normal = self._csms.behaviour == Behaviour()
        self._csms.behaviour = Behaviour()
        self._publish_behaviour()
        return CommandAnswer(not was_normal)

    async def _disconnect(self, params: Params) -> CommandAnswer:
        assert isinstance(params, Disconnect)
        try:
            await self._csms.disconnect(self._whose(params.charge_point_id), params.code)
        except CallFailed as failure:
            raise _refused(failure.description) from None
        return CommandAnswer(True)

    async def _run_scenario(self, params: Params) -> CommandAnswer:
        assert isinstance(params, RunScenario)
        if not await self._player.run(params.scenario):
            known = ", ".join(each.id for each in self._player.scenarios.available)
            text = f"no scenario {params.scenario!r}; there are: {known}"
            raise CommandError(ErrorNumber.INVALID_PARAMS, text)
        return CommandAnswer(True)

    async def _stop_scenario(self, _: Params) -> CommandAnswer:
        return CommandAnswer(await self._player.stop())

    async def _play_story(self, _: Params) -> CommandAnswer:
        return CommandAnswer(await self._player.play_story())

    def _whose(self, charge_point_id: str | None) -> str:
        connected = self._csms.charge_points
        if charge_point_id is not None:
            return charge_point_id
        if len(connected) != 1:
            names = ", ".join(connected) or "none"
            raise _refused(f"name the charge point; connected: {names}")
        return connected[0]

    # --- publishing -------------------------------------------------------------------------------

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
        boot = self._csms.boot_of(known.charge_point_id)
        if boot is None:
            return known
        serial_number = boot.charge_point_serial_number or boot.charge_box_serial_number
        return known.model_copy(
            update={
                "registration_status": self._csms.status_of(known.charge_point_id),
                "vendor": boot.charge_point_vendor,
                "model": boot.charge_point_model,
                "firmware_version": boot.firmware_version or "",
                "serial_number": serial_number or "",
            }
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
