"""What people do at the station, by method name: parameters, and the events that follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from cp_tui.charge_point.events import Event, MainsFailed
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.params import (
    AS_TEXT,
    NONE_IF_EMPTY,
    PRINTABLE_ASCII,
    ConnectorId,
    ConnectorIdOrZero,
    Params,
    checked,
)
from cp_tui.ocpp.datatypes import ChargePointErrorCode
from cp_tui.station.errors import StationError
from cp_tui.station.station import Station
from cp_tui.station.vehicle import VehicleSettings

ErrorCode = Annotated[ChargePointErrorCode, Field(strict=False)]
CiText50 = Annotated[str, StringConstraints(max_length=50, pattern=PRINTABLE_ASCII), AS_TEXT]
"""Info and vendorErrorCode of StatusNotification (S 6.47)."""


class OnConnector(Params):
    """An act on one connector."""

    connector_id: ConnectorId


class RaiseError(Params):
    """An error that appears; connector 0 is the whole station."""

    connector_id: ConnectorIdOrZero
    error_code: ErrorCode
    info: Annotated[CiText50 | None, NONE_IF_EMPTY] = None
    vendor_error_code: Annotated[CiText50 | None, NONE_IF_EMPTY] = None


class ClearError(Params):
    """An error that goes away; without a code, all of the connector."""

    connector_id: ConnectorIdOrZero
    error_code: ErrorCode | None = None


class JamLock(Params):
    """The cable lock jams or is freed."""

    connector_id: ConnectorId
    jammed: bool


class SetVehicle(VehicleSettings):
    """A change of the vehicle at a connector, or of the one that comes next."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    connector_id: ConnectorId


ParamsT = TypeVar("ParamsT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Act(Generic[ParamsT]):
    """One method of the station."""

    params: type[ParamsT]
    do: Callable[[Station, ParamsT, datetime], list[Event]]

    def carry_out(
        self, method: str, params: Mapping[str, JsonValue], station: Station, now: datetime
    ) -> list[Event]:
        """Check the parameters and do it; raises `CommandError` where either is impossible."""
        given = checked(self.params, method, params)
        try:
            return self.do(station, given, now)
        except StationError as error:
            raise CommandError(ErrorNumber.REFUSED, str(error)) from None


def _set_vehicle(station: Station, params: SetVehicle, now: datetime) -> list[Event]:
    changes = params.model_dump(exclude={"connector_id"}, exclude_none=True)
    if not changes:
        names = ", ".join(VehicleSettings.model_fields)
        raise CommandError(ErrorNumber.INVALID_PARAMS, f"nothing to change; it takes {names}")
    return station.set_vehicle(params.connector_id, now, VehicleSettings(**changes))


ACTS: Mapping[
    str,
    Act[OnConnector]
    | Act[RaiseError]
    | Act[ClearError]
    | Act[JamLock]
    | Act[Params]
    | Act[SetVehicle],
] = MappingProxyType(
    {
        "plug_in": Act(OnConnector, lambda station, p, now: station.plug_in(p.connector_id, now)),
        "plug_out": Act(OnConnector, lambda station, p, now: station.plug_out(p.connector_id, now)),
        "suspend_ev": Act(
            OnConnector, lambda station, p, now: station.suspend_ev(p.connector_id, now)
        ),
        "resume_ev": Act(
            OnConnector, lambda station, p, now: station.resume_ev(p.connector_id, now)
        ),
        "set_vehicle": Act(SetVehicle, _set_vehicle),
        "raise_error": Act(
            RaiseError,
            lambda station, p, now: station.raise_error(
                p.connector_id, now, p.error_code, p.info, p.vendor_error_code
            ),
        ),
        "clear_error": Act(
            ClearError,
            lambda station, p, now: station.clear_error(p.connector_id, now, p.error_code),
        ),
        "fail_mains": Act(Params, lambda station, p, now: [*station.advance(now), MainsFailed()]),
        "press_stop": Act(
            OnConnector, lambda station, p, now: station.press_stop(p.connector_id, now)
        ),
        "press_emergency_stop": Act(
            Params, lambda station, p, now: station.press_emergency_stop(now)
        ),
        "jam_lock": Act(
            JamLock, lambda station, p, now: station.jam_lock(p.connector_id, now, p.jammed)
        ),
    }
)
"""Method -> act."""
