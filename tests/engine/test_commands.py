"""The table of commands: what they take, what they refuse, and with which words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from pydantic import JsonValue

from cp_tui.charge_point.codec import builtins_of
from cp_tui.charge_point.configuration import ReportedKey
from cp_tui.charge_point.events import (
    CancelReservation,
    ClearAuthorizationCache,
    ClearChargingProfile,
    DropMessage,
    Event,
    InstallChargingProfile,
    MonitorConfigurationKeys,
    OperatorCommand,
    OperatorEvent,
    Restart,
    SendCall,
    SendRaw,
    SetCustomConfigurationKey,
    Stop,
    Swipe,
    TransferData,
    TryNow,
)
from cp_tui.charge_point.reason import because
from cp_tui.charge_point.smart_charging.composite import Work
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.variables import MeasuredPoint, Measurements, TagExplanation, TagOutcome
from cp_tui.charger.charger import StationAct
from cp_tui.engine.command import Ask, find
from cp_tui.engine.commands import COMMANDS
from cp_tui.engine.errors import CommandError
from cp_tui.engine.operations import Operations
from cp_tui.engine.pending_requests import REPLY_TIMEOUT_S, CommandAnswer
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType
from cp_tui.station.station import Station

MOMENT = datetime(2026, 1, 5, 8, tzinfo=UTC)


class Recorder:
    """All parts of an engine in one, which note what a command wants of them."""

    def __init__(self) -> None:
        self.event: Event | None = None
        self.acted: tuple[object, object] | None = None
        self.schedules: list[tuple[int, datetime | None, int, ChargingRateUnitType]] = []
        self.measured: list[tuple[int, datetime | None, datetime | None]] = []
        self.link_waits = True
        self.is_network_up: bool | None = None
        me: Any = self
        transfers: Any = SimpleNamespace(set_network=self._transfers_network)
        self.mind = me
        self.operations = Operations(
            loop=me,
            charger=me,
            link=me,
            transfers=transfers,
            troubles=me,
            clock=lambda: MOMENT,
            connectors=2,
        )

    async def ask(self, event_of: Callable[[int], Event], timeout_s: float) -> CommandAnswer:
        assert 0 < timeout_s < 120
        self.event = event_of(7)
        return CommandAnswer("done")

    async def act(self, act: StationAct, asked: str, timeout_s: float) -> None:
        assert isinstance(act, partial)
        assert (asked, timeout_s) == ("Plug in at connector 1", REPLY_TIMEOUT_S)
        self.acted = (act.func, act.keywords)

    async def power_cycle(self, timeout_s: float) -> None:
        self.acted = ("power_cycle", None)

    def acknowledge(self) -> int:
        return 3

    def set_network(self, is_up: bool) -> bool:
        return is_up

    def _transfers_network(self, is_up: bool) -> None:
        self.is_network_up = is_up

    def try_now(self) -> bool:
        return self.link_waits

    def digest_authorization_key(self, nonce: bytes) -> str | None:
        return nonce.hex()

    def get_configuration_keys(self, keys: Sequence[str]) -> tuple[list[ReportedKey], list[str]]:
        return [
            ReportedKey(key="HeartbeatInterval", readonly=False, value="60"),
            ReportedKey(key="Empty", readonly=True),
        ], list(keys)

    def composite_schedule(
        self,
        connector_id: int,
        start: datetime | None,
        duration_s: int,
        unit: ChargingRateUnitType,
        now: datetime,
    ) -> Work[CompositeSchedule]:
        self.schedules.append((connector_id, start, duration_s, unit))
        yield
        return CompositeSchedule(
            connector_id=connector_id,
            start=start or now,
            duration_s=duration_s,
            unit=unit,
            periods=(),
        )

    def explain_tag(self, id_tag: str, now: datetime, connector_id: int | None) -> TagExplanation:
        return TagExplanation(
            id_tag=id_tag,
            connector_id=connector_id,
            outcome=TagOutcome.ASK,
            reason=because("test", "cp-tui", "nobody knows {tag}", tag=id_tag),
        )

    def measurements(
        self, connector_id: int, start: datetime | None, end: datetime | None, now: datetime
    ) -> Measurements:
        self.measured.append((connector_id, start, end))
        return Measurements(
            connector_id=connector_id,
            points=(MeasuredPoint(at=MOMENT, power_w=11_040, current_a=16.0),),
        )


async def carry_out(
    method: str, params: Mapping[str, JsonValue], recorder: Recorder, *, read_only: bool
) -> CommandAnswer:
    command = find(COMMANDS, method, read_only=read_only)
    return await command.carry_out(recorder.operations, params)


async def refused(
    method: str, params: Mapping[str, JsonValue], *, read_only: bool = False
) -> CommandError:
    with pytest.raises(CommandError) as caught:
        await carry_out(method, params, Recorder(), read_only=read_only)
    return caught.value


@pytest.mark.parametrize(
    ("method", "params", "event"),
    [
        ("stop", {}, Stop(7)),
        ("restart", {}, Restart(7)),
        ("data_transfer", {"vendor_id": "v"}, TransferData(7, "v")),
        ("data_transfer", {"vendor_id": "v", "message_id": ""}, TransferData(7, "v")),
        ("swipe", {"id_tag": "T"}, Swipe(7, "T")),
        ("swipe", {"id_tag": "T", "connector_id": 2, "wait": True}, Swipe(7, "T", 2, wait=True)),
        # A shell user types `id_tag=12345678`, which parses as JSON.
        ("swipe", {"id_tag": 12345678}, Swipe(7, "12345678")),
        (
            "data_transfer",
            {"vendor_id": "v", "message_id": "m", "data": "d"},
            TransferData(7, "v", "m", "d"),
        ),
        (
            "set_custom_configuration_key",
            {"key": "SiteName", "value": "Depot"},
            SetCustomConfigurationKey(7, "SiteName", "Depot"),
        ),
        (
            "set_custom_configuration_key",
            {"key": "Count", "value": 60},
            SetCustomConfigurationKey(7, "Count", "60"),
        ),
        (
            "set_custom_configuration_key",
            {"key": "Flag", "value": True},
            SetCustomConfigurationKey(7, "Flag", "true"),
        ),
        ("monitor_configuration_keys", {"keys": ["a"]}, MonitorConfigurationKeys(7, ["a"])),
        (
            "unmonitor_configuration_keys",
            {"keys": ["a"]},
            MonitorConfigurationKeys(7, ["a"], add=False),
        ),
        (
            "install_charging_profile",
            {"connector_id": 0, "profile": {"chargingProfileId": 1, "odd": [None]}},
            InstallChargingProfile(7, 0, {"chargingProfileId": 1, "odd": [None]}),
        ),
        ("clear_charging_profile", {}, ClearChargingProfile(7)),
        (
            "clear_charging_profile",
            {
                "profile_id": 3,
                "connector_id": 0,
                "purpose": "TxDefaultProfile",
                "stack_level": 2,
            },
            ClearChargingProfile(7, 3, 0, ChargingProfilePurposeType.TX_DEFAULT_PROFILE, 2),
        ),
        ("send_call", {"action": "Heartbeat"}, SendCall(7, "Heartbeat", {})),
        (
            "send_call",
            {"action": 5, "payload": {"a": [None]}, "message_id": 6},
            SendCall(7, "5", {"a": [None]}, "6"),
        ),
        ("send_raw", {"text": ' [2,"'}, SendRaw(7, ' [2,"')),
        ("drop_message", {"sequence": 3}, DropMessage(7, 3)),
        ("clear_authorization_cache", {}, ClearAuthorizationCache(7)),
        ("cancel_reservation", {"reservation_id": 0}, CancelReservation(7, 0)),
    ],
)
async def test_commands_become_events_of_the_mind(
    method: str, params: dict[str, JsonValue], event: Event
) -> None:
    recorder = Recorder()
    assert await carry_out(method, params, recorder, read_only=False) == CommandAnswer("done")
    assert recorder.event == event


async def test_an_observer_gets_no_digest_of_the_authorization_key() -> None:
    params: dict[str, JsonValue] = {"nonce": "ab" * 16}
    answer = await carry_out("digest_authorization_key", params, Recorder(), read_only=False)
    assert answer.result == "ab" * 16
    assert (
        "an observer may not"
        in (await refused("digest_authorization_key", params, read_only=True)).message
    )
    short: dict[str, JsonValue] = {"nonce": "ab" * 15}
    assert "nonce" in (await refused("digest_authorization_key", short)).message


async def test_configuration_keys_have_the_form_of_the_interface() -> None:
    answer = await carry_out("get_configuration_key", {"keys": ["x"]}, Recorder(), read_only=True)
    assert answer.result == {
        "configuration_key": [
            {"key": "HeartbeatInterval", "read_only": False, "value": "60"},
            {"key": "Empty", "read_only": True},
        ],
        "unknown_key": ["x"],
    }
    answer = await carry_out("get_configuration_key", {}, Recorder(), read_only=True)
    assert answer.result is not None


async def test_a_composite_schedule_can_be_asked_for_with_defaults_and_without() -> None:
    recorder = Recorder()
    params: dict[str, JsonValue] = {"connector_id": 0, "duration_s": 60}
    await carry_out("get_composite_schedule", params, recorder, read_only=True)
    params |= {"start": "2026-01-05T08:00:00Z", "unit": "W"}
    await carry_out("get_composite_schedule", params, recorder, read_only=True)
    start = datetime(2026, 1, 5, 8, tzinfo=UTC)
    assert recorder.schedules == [
        (0, None, 60, ChargingRateUnitType.A),
        (0, start, 60, ChargingRateUnitType.W),
    ]


async def test_measurements_can_be_asked_for_with_and_without_a_window() -> None:
    recorder = Recorder()
    answer = await carry_out("get_measurements", {"connector_id": 1}, recorder, read_only=True)
    point = {"at": "2026-01-05T08:00:00Z", "power_w": 11_040, "current_a": 16.0}
    assert isinstance(answer.result, Measurements)
    assert builtins_of(answer.result) == {"connector_id": 1, "points": [point], "limits": []}
    params: dict[str, JsonValue] = {
        "connector_id": 0,
        "start": "2026-01-05T08:00:00Z",
        "end": "2026-01-05T10:00:00+01:00",
    }
    await carry_out("get_measurements", params, recorder, read_only=True)
    assert recorder.measured == [(1, None, None), (0, MOMENT, MOMENT.replace(hour=9))]


async def test_where_the_link_does_not_wait_the_queue_is_tried() -> None:
    recorder = Recorder()
    recorder.link_waits = False
    answer = await carry_out("try_now", {}, recorder, read_only=False)
    assert (answer.result, recorder.event) == ("done", TryNow(7))


async def test_link_and_power_have_commands() -> None:
    recorder = Recorder()
    assert (
        await carry_out("set_network", {"up": False}, recorder, read_only=False)
    ).result is False
    assert recorder.is_network_up is False
    assert (await carry_out("try_now", {}, recorder, read_only=False)).result is True
    assert recorder.event is None
    assert (await carry_out("power_cycle", {}, recorder, read_only=False)).result is True
    assert recorder.acted == ("power_cycle", None)
    assert (await carry_out("acknowledge_troubles", {}, recorder, read_only=False)).result == 3
    recorder = Recorder()
    await carry_out("plug_in", {"connector_id": 1}, recorder, read_only=False)
    assert recorder.acted == (Station.plug_in, {"connector_id": 1})


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("stop", {"now": True}, "unknown parameter now; it takes none"),
        ("plug_in", {"conector_id": 1}, "unknown parameter conector_id; it takes connector_id"),
        ("digest_authorization_key", {"nonce": "ab"}, "= 'ab': must be 16 to 64 random bytes in"),
        ("data_transfer", {}, "parameter vendor_id is missing; it takes vendor_id, message_id"),
        ("data_transfer", {"vendor_id": "v" * 256}, "vendor_id = 'vvv"),
        ("data_transfer", {"vendor_id": "\x1b[2J"}, "= '\\x1b[2J': must be printable ASCII"),
        ("data_transfer", {"vendor_id": "v", "message_id": "\u00fc"}, "message_id = 'ü': "),
        ("data_transfer", {"vendor_id": "v", "data": [1]}, "data: input should be a valid string"),
        ("set_network", {"up": "yes"}, "up = 'yes': input should be a valid boolean"),
        ("swipe", {"id_tag": "T" * 21}, "at most 20 characters"),
        ("swipe", {"id_tag": ""}, "at least 1 character"),
        ("swipe", {"id_tag": "\x1b]0;x"}, "id_tag"),
        ("swipe", {"id_tag": "T", "connector_id": 0}, "connector_id = 0"),
        ("monitor_configuration_keys", {}, "parameter keys is missing"),
        ("monitor_configuration_keys", {"keys": "a"}, "keys = 'a': input should be a valid list"),
        ("get_configuration_key", {"keys": [""]}, "keys.0 = ''"),
        ("set_custom_configuration_key", {"key": "k", "value": 1.5}, "value: input should be"),
        ("get_composite_schedule", {"connector_id": 1, "duration_s": 0}, "duration_s = 0"),
        ("get_composite_schedule", {"connector_id": -1, "duration_s": 1}, "connector_id = -1"),
        (
            "get_measurements",
            {"connector_id": 1, "start": "2026-01-05T08:00:00Z", "end": "2026-01-05T07:59:59Z"},
            "end lies before start",
        ),
        ("install_charging_profile", {"connector_id": 1}, "parameter profile is missing"),
        (
            "install_charging_profile",
            {"connector_id": 1, "profile": "{"},
            "profile = '{': input should be a valid dictionary",
        ),
        ("clear_charging_profile", {"purpose": "Tx"}, "purpose = 'Tx': input should be"),
        (
            "get_composite_schedule",
            {"connector_id": 1, "duration_s": 1, "start": "tomorrow"},
            "start = 'tomorrow': must be a date and time such as",
        ),
        ("send_call", {"action": "X", "payload": [1]}, "payload: input should be a valid dict"),
        ("send_call", {"action": "a" * 256}, "action = 'aaa"),
        ("send_raw", {"text": [3, 5]}, "text: a frame must be text; in a shell quote it twice"),
        ("drop_message", {"sequence": 0}, "sequence = 0: input should be greater than or equal"),
        ("explain_tag", {"id_tag": ""}, "id_tag = ''"),
        ("explain_tag", {"id_tag": "T", "connector_id": 0}, "connector_id = 0"),
        (
            "get_composite_schedule",
            {"connector_id": 1, "duration_s": 1, "unit": "V"},
            "unit = 'V': input should be 'A' or 'W'",
        ),
    ],
)
async def test_wrong_parameters_are_refused_with_field_value_and_what_is_allowed(
    method: str, params: dict[str, JsonValue], words: str
) -> None:
    error = await refused(method, params)
    assert error.code == -32602
    assert error.message.startswith(f"{method}: ")
    assert words in error.message


async def test_a_payload_nested_too_deep_is_refused_in_a_short_sentence() -> None:
    nested: JsonValue = []
    for _ in range(5_000):
        nested = [nested]
    error = await refused("send_call", {"action": "X", "payload": {"a": nested}})
    assert error.code == -32602
    assert len(error.message) < 200


async def test_a_value_that_may_be_secret_is_never_repeated() -> None:
    error = await refused(
        "set_custom_configuration_key", {"key": "AuthorizationKey", "value": ["hush"]}
    )
    assert "hush" not in error.message
    error = await refused("send_call", {"action": "X", "payload": ["hush"]})
    assert "hush" not in error.message
    error = await refused("send_raw", {"text": ["hush"]})
    assert "hush" not in error.message


async def test_an_observer_may_have_a_tag_explained() -> None:
    answer = await carry_out("explain_tag", {"id_tag": 12}, Recorder(), read_only=True)
    assert isinstance(answer.result, TagExplanation)
    assert (answer.result.id_tag, answer.result.outcome) == ("12", "Ask")
    assert answer.reason is not None
    assert answer.reason.text == "nobody knows 12"


async def test_an_unknown_method_is_refused_with_the_known_ones() -> None:
    error = await refused("plug", {})
    assert error.code == -32601
    assert "plug_in" in error.message


@pytest.mark.parametrize("method", [each.name for each in COMMANDS.values() if not each.is_look])
async def test_observers_may_look_and_nothing_else(method: str) -> None:
    error = await refused(method, {}, read_only=True)
    assert error.code == -32001


def test_every_event_of_the_operator_is_a_command() -> None:
    asked = {each.does for each in COMMANDS.values() if isinstance(each, Ask)}
    # The link may do it without the mind.
    assert {*OperatorEvent.__subclasses__()} == {*asked, TryNow} == {*get_args(OperatorCommand)}
