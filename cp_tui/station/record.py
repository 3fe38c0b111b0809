"""What survives a power cut: the registers, and the world around the connectors as it was left."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from cp_tui.ocpp.datatypes import ChargePointErrorCode
from cp_tui.station.vehicle import Vehicle

EnergyWh = Annotated[float, Meta(ge=0.0)]


class FaultRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An error that is raised."""

    error_code: ChargePointErrorCode
    info: str | None = None
    vendor_error_code: str | None = None


class ConnectorRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One connector; connector 0 only has faults."""

    connector_id: int
    register_wh: EnergyWh = 0.0
    vehicle: Vehicle = Vehicle()
    """The one that is plugged in, else the one that comes next."""
    charge_wh: EnergyWh | None = None
    """Of the vehicle that is plugged in; None without one."""
    is_suspended: bool = False
    is_locked: bool = False
    is_lock_jammed: bool = False
    faults: tuple[FaultRecord, ...] = ()


class StationRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole station."""

    connectors: tuple[ConnectorRecord, ...] = ()
