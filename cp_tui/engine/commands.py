"""The commands of the engine: name, parameters, and how each is carried out.

What concerns one client of the door (`subscribe`, `get`, `observe`, `shutdown`) is not here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Generic, Protocol, TypeVar

from pydantic import BaseModel, Field, JsonValue, StringConstraints

from cp_tui.charge_point.events import (
    CancelReservation,
    ClearAuthorizationCache,
    ClearChargingProfile,
    DropMessage,
    Event,
    InstallChargingProfile,
    MonitorConfigurationKeys,
    Restart,
    SendCall,
    SendRaw,
    SetCustomConfigurationKey,
    Stop,
    Swiped,
    TransferData,
    TryNow,
)
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.swipe_result import swipe_lost
from cp_tui.charge_point.variables import Measurements, TagExplanation
from cp_tui.engine import charging_params
from cp_tui.engine.charging_params import GetCompositeSchedule, GetMeasurements
from cp_tui.engine.compose_params import ComposedCall, ComposedText
from cp_tui.engine.errors import CommandError, ErrorNumber, PowerLostError
from cp_tui.engine.params import (
    AS_TEXT,
    NONE_IF_EMPTY,
    PRINTABLE_ASCII,
    ConnectorId,
    IdTag,
    Params,
    Text,
    checked,
)
from cp_tui.engine.pending_requests import REPLY_TIMEOUT_S, CommandAnswer
from cp_tui.engine.station_commands import ACTS
from cp_tui.ocpp.datatypes import ChargingRateUnitType, KeyValue

DATA_TRANSFER_TIMEOUT_S = 100.0
"""The mind has its own timeout (MessageTimeout); this is for one that waits long for its turn."""
SWIPE_TIMEOUT_S = 100.0
"""The mind says by then that it still waits (`rfid_reader.SWIPE_WAIT_MAX_S`)."""
KEYS_MAX = 1_000


class Performer(Protocol):
    """What the commands need of the engine."""

    async def ask(self, event_of: Callable[[int], Event], timeout_s: float) -> CommandAnswer:
        """Give the mind an event that carries a request number, and wait for its answer."""

    async def act(self, method: str, params: Mapping[str, JsonValue]) -> CommandAnswer:
        """Do something at the station."""

    async def power_cycle(self) -> None:
        """Cut the power and switch it on again."""

    def set_network(self, is_up: bool) -> bool:
        """Pull the network cable or put it back; False if it was so already."""

    def try_now(self) -> bool:
        """Connect at once instead of waiting; False if the link was not waiting."""

    def acknowledge_troubles(self) -> int:
        """Forget what went wrong inside and is over; give how much that was."""

    def digest_authorization_key(self, nonce: bytes) -> str | None:
        """Give a digest of the AuthorizationKey, keyed with it; None where none is set."""

    def configuration_keys(self, keys: Sequence[str]) -> tuple[Sequence[KeyValue], Sequence[str]]:
        """Look up configuration keys: the known ones, and the names that are unknown."""

    async def composite_schedule(
        self,
        connector_id: int,
        start: datetime | None,
        duration_s: int,
        unit: ChargingRateUnitType,
    ) -> CompositeSchedule:
        """Compute the limits of a connector over time, from now where no start is given."""

    def explain_tag(self, id_tag: str, connector_id: int | None) -> TagExplanation:
        """Say what would happen if a tag were shown now, at any connector or one."""

    def measurements(
        self, connector_id: int, start: datetime | None, end: datetime | None
    ) -> Measurements:
        """Give the measured power of a connector over time."""


# --- parameters -----------------------------------------------------------------------------------

Key = Annotated[str, StringConstraints(min_length=1, max_length=50), AS_TEXT]
"""CiString50 (S 7.30)."""


class Nothing(Params):
    """No parameters."""


class DataTransfer(Params):
    """A DataTransfer to the CSMS (S 6.17)."""

    vendor_id: Annotated[str, StringConstraints(max_length=255, pattern=PRINTABLE_ASCII), AS_TEXT]
    message_id: Annotated[
        Annotated[str, StringConstraints(max_length=50, pattern=PRINTABLE_ASCII), AS_TEXT] | None,
        NONE_IF_EMPTY,
    ] = None
    data: Text | None = None


class ExplainTag(Params):
    """A tag to be explained, at one connector or any."""

    id_tag: IdTag
    connector_id: ConnectorId | None = None


class DigestKey(Params):
    """A question whether somebody has the same AuthorizationKey, without telling it."""

    nonce: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2}){16,64}$")]
    """Random bytes in hex, never used before."""


class OneMessage(Params):
    """A message that waits, by the number that `outbox` shows."""

    sequence: Annotated[int, Field(ge=1)]


class OneReservation(Params):
    """A reservation."""

    reservation_id: int


class Keys(Params):
    """Names of configuration keys."""

    keys: Annotated[list[Key], Field(max_length=KEYS_MAX)]


class OptionalKeys(Params):
    """Names of configuration keys; none is all."""

    keys: Annotated[list[Key], Field(max_length=KEYS_MAX)] = Field(default_factory=list)


class SetCustomKey(Params):
    """A new value for one of the operator's own keys."""

    key: Key
    value: Annotated[str, StringConstraints(max_length=500), AS_TEXT]


class Swipe(Params):
    """A tag held to the reader; with a connector to the reader of that one alone."""

    id_tag: IdTag
    connector_id: ConnectorId | None = None
    wait: bool = False
    """Answer once the tag is decided upon, not with what is known at once."""


class SetNetwork(Params):
    """The network cable."""

    up: bool


# --- commands -------------------------------------------------------------------------------------

ParamsT = TypeVar("ParamsT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Command(Generic[ParamsT]):
    """One method of the engine."""

    params: type[ParamsT]
    perform: Callable[[Performer, ParamsT], Awaitable[CommandAnswer]]
    is_mutating: bool = True

    async def carry_out(
        self, method: str, params: Mapping[str, JsonValue], performer: Performer
    ) -> CommandAnswer:
        """Check the parameters and do it; raises `CommandError`."""
        return await self.perform(performer, checked(self.params, method, params))


async def _stop(performer: Performer, _: Nothing) -> CommandAnswer:
    return await performer.ask(Stop, REPLY_TIMEOUT_S)


async def _restart(performer: Performer, _: Nothing) -> CommandAnswer:
    return await performer.ask(Restart, REPLY_TIMEOUT_S)


async def _data_transfer(performer: Performer, params: DataTransfer) -> CommandAnswer:
    def event_of(request: int) -> Event:
        return TransferData(request, params.vendor_id, params.message_id, params.data)

    return await performer.ask(event_of, DATA_TRANSFER_TIMEOUT_S)


async def _get_configuration_key(performer: Performer, params: OptionalKeys) -> CommandAnswer:
    known, unknown = performer.configuration_keys(params.keys)
    return CommandAnswer(
        {"configuration_key": [_key_value(each) for each in known], "unknown_key": list(unknown)}
    )


def _key_value(key: KeyValue) -> dict[str, JsonValue]:
    entry: dict[str, JsonValue] = {"key": key.key, "read_only": key.readonly}
    return entry if key.value is None else {**entry, "value": key.value}


async def _digest_authorization_key(performer: Performer, params: DigestKey) -> CommandAnswer:
    return CommandAnswer(performer.digest_authorization_key(bytes.fromhex(params.nonce)))


async def _set_custom_configuration_key(
    performer: Performer, params: SetCustomKey
) -> CommandAnswer:
    def event_of(request: int) -> Event:
        return SetCustomConfigurationKey(request, params.key, params.value)

    return await performer.ask(event_of, REPLY_TIMEOUT_S)


async def _monitor(performer: Performer, params: Keys) -> CommandAnswer:
    keys = tuple(params.keys)
    return await performer.ask(
        lambda number: MonitorConfigurationKeys(number, keys), REPLY_TIMEOUT_S
    )


async def _unmonitor(performer: Performer, params: Keys) -> CommandAnswer:
    keys = tuple(params.keys)
    return await performer.ask(
        lambda number: MonitorConfigurationKeys(number, keys, add=False), REPLY_TIMEOUT_S
    )


async def _get_composite_schedule(
    performer: Performer, params: GetCompositeSchedule
) -> CommandAnswer:
    schedule = await performer.composite_schedule(
        params.connector_id, params.start, params.duration_s, params.unit
    )
    return CommandAnswer(None, value=schedule)


async def _get_measurements(performer: Performer, params: GetMeasurements) -> CommandAnswer:
    if params.start is not None and params.end is not None and params.end < params.start:
        method = "get_measurements"
        raise CommandError(ErrorNumber.INVALID_PARAMS, f"{method}: end lies before start")
    measured = performer.measurements(params.connector_id, params.start, params.end)
    return CommandAnswer(None, value=measured)


async def _install_charging_profile(
    performer: Performer, params: charging_params.InstallChargingProfile
) -> CommandAnswer:
    def event_of(request: int) -> Event:
        return InstallChargingProfile(request, params.connector_id, params.profile)

    return await performer.ask(event_of, REPLY_TIMEOUT_S)


async def _clear_charging_profile(
    performer: Performer, params: charging_params.ClearChargingProfile
) -> CommandAnswer:
    def event_of(request: int) -> Event:
        return ClearChargingProfile(
            request, params.profile_id, params.connector_id, params.purpose, params.stack_level
        )

    return await performer.ask(event_of, REPLY_TIMEOUT_S)


async def _send_call(performer: Performer, params: ComposedCall) -> CommandAnswer:
    """Give `message_id` and `kind`, and what the CSMS said: see `operator.composed_messages`."""

    def event_of(request: int) -> Event:
        return SendCall(request, params.action, params.payload, params.message_id)

    return await performer.ask(event_of, DATA_TRANSFER_TIMEOUT_S)


async def _send_raw(performer: Performer, params: ComposedText) -> CommandAnswer:
    return await performer.ask(
        lambda request: SendRaw(request, params.text), DATA_TRANSFER_TIMEOUT_S
    )


async def _explain_tag(performer: Performer, params: ExplainTag) -> CommandAnswer:
    explanation = performer.explain_tag(params.id_tag, params.connector_id)
    return CommandAnswer(explanation.model_dump(mode="json"), explanation.reason)


async def _drop_message(performer: Performer, params: OneMessage) -> CommandAnswer:
    return await performer.ask(
        lambda request: DropMessage(request, params.sequence), REPLY_TIMEOUT_S
    )


async def _clear_authorization_cache(performer: Performer, _: Nothing) -> CommandAnswer:
    return await performer.ask(ClearAuthorizationCache, REPLY_TIMEOUT_S)


async def _cancel_reservation(performer: Performer, params: OneReservation) -> CommandAnswer:
    return await performer.ask(
        lambda request: CancelReservation(request, params.reservation_id), REPLY_TIMEOUT_S
    )


async def _swipe(performer: Performer, params: Swipe) -> CommandAnswer:
    """Give a `SwipeResult`, whatever comes of the tag."""

    def event_of(request: int) -> Event:
        return Swiped(params.id_tag, params.connector_id, request, params.wait)

    try:
        return await performer.ask(event_of, SWIPE_TIMEOUT_S)
    except PowerLostError:
        result = swipe_lost(params.id_tag, params.connector_id)
        return CommandAnswer(result.model_dump(mode="json"), result.reason)


async def _set_network(performer: Performer, params: SetNetwork) -> CommandAnswer:
    return CommandAnswer(performer.set_network(params.up))


async def _try_now(performer: Performer, _: Nothing) -> CommandAnswer:
    if performer.try_now():
        return CommandAnswer(True)
    return await performer.ask(TryNow, REPLY_TIMEOUT_S)


async def _acknowledge_troubles(performer: Performer, _: Nothing) -> CommandAnswer:
    return CommandAnswer(performer.acknowledge_troubles())


async def _power_cycle(performer: Performer, _: Nothing) -> CommandAnswer:
    await performer.power_cycle()
    return CommandAnswer(True)


class _Carried(Protocol):
    """A command of any parameters."""

    @property
    def is_mutating(self) -> bool: ...

    async def carry_out(
        self, method: str, params: Mapping[str, JsonValue], performer: Performer
    ) -> CommandAnswer: ...


COMMANDS: Mapping[str, _Carried] = MappingProxyType(
    {
        "stop": Command(Nothing, _stop),
        "restart": Command(Nothing, _restart),
        "data_transfer": Command(DataTransfer, _data_transfer),
        "get_configuration_key": Command(OptionalKeys, _get_configuration_key, is_mutating=False),
        # Not for observers: a weak key could be found by trying, with a digest at hand.
        "digest_authorization_key": Command(DigestKey, _digest_authorization_key),
        "set_custom_configuration_key": Command(SetCustomKey, _set_custom_configuration_key),
        "monitor_configuration_keys": Command(Keys, _monitor),
        "unmonitor_configuration_keys": Command(Keys, _unmonitor),
        "get_composite_schedule": Command(
            GetCompositeSchedule, _get_composite_schedule, is_mutating=False
        ),
        "get_measurements": Command(GetMeasurements, _get_measurements, is_mutating=False),
        "install_charging_profile": Command(
            charging_params.InstallChargingProfile, _install_charging_profile
        ),
        "clear_charging_profile": Command(
            charging_params.ClearChargingProfile, _clear_charging_profile
        ),
        "send_call": Command(ComposedCall, _send_call),
        "send_raw": Command(ComposedText, _send_raw),
        "explain_tag": Command(ExplainTag, _explain_tag, is_mutating=False),
        "drop_message": Command(OneMessage, _drop_message),
        "clear_authorization_cache": Command(Nothing, _clear_authorization_cache),
        "cancel_reservation": Command(OneReservation, _cancel_reservation),
        "swipe": Command(Swipe, _swipe),
        "set_network": Command(SetNetwork, _set_network),
        "try_now": Command(Nothing, _try_now),
        "power_cycle": Command(Nothing, _power_cycle),
        "acknowledge_troubles": Command(Nothing, _acknowledge_troubles),
    }
)
"""Method -> command, the acts at the station (`station_commands.ACTS`) apart."""

METHODS: tuple[str, ...] = (*COMMANDS, *ACTS)
"""All methods of `Engine.call`."""


async def carry_out(
    method: str, params: Mapping[str, JsonValue], performer: Performer, *, read_only: bool
) -> CommandAnswer:
    """Carry out any command; raises `CommandError`."""
    command = COMMANDS.get(method)
    if command is None and method not in ACTS:
        text = f"no method {method!r}; there are: {', '.join(METHODS)}"
        raise CommandError(ErrorNumber.METHOD_NOT_FOUND, text)
    if read_only and (command is None or command.is_mutating):
        raise CommandError(ErrorNumber.READ_ONLY, f"an observer may not use {method}")
    if command is None:
        return await performer.act(method, params)
    return await command.carry_out(method, params, performer)
