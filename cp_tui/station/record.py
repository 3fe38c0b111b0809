"""What survives a power cut: the registers, and the world around the connectors as it was left."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, NonNegativeFloat

from cp_tui.ocpp.datatypes import ChargePointErrorCode
from cp_tui.station.vehicle import Vehicle


class FaultRecord(BaseModel):
    """An error that is raised."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    error_code: ChargePointErrorCode
    info: str | None = None
    vendor_error_code: str | None = None


class ConnectorRecord(BaseModel):
    """One connector; connector 0 only has faults."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    connector_id: int
    register_wh: NonNegativeFloat = 0.0
    vehicle: Vehicle = Vehicle()
    """The one that is plugged in, else the one that comes next."""
    charge_wh: NonNegativeFloat | None = None
    """Of the vehicle that is plugged in; None without one."""
    is_suspended: bool = False
    is_locked: bool = False
    is_lock_jammed: bool = False
    faults: tuple[FaultRecord, ...] = ()


class StationRecord(BaseModel):
    """The whole station."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    connectors: tuple[ConnectorRecord, ...] = ()
