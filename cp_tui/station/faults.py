"""The errors that are raised on one connector, or on the whole station."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.charge_point.events import ErrorCleared, ErrorRaised
from cp_tui.ocpp.datatypes import ChargePointErrorCode
from cp_tui.station.errors import StationError
from cp_tui.station.record import FaultRecord


class RaisedErrors:
    """The raised errors of one connector, each code once."""

    def __init__(self, connector_id: int, faults: Iterable[FaultRecord] = ()) -> None:
        self._connector_id = connector_id
        self._faults = {fault.error_code: fault for fault in faults}

    def __contains__(self, error_code: ChargePointErrorCode) -> bool:
        return error_code in self._faults

    def records(self) -> tuple[FaultRecord, ...]:
        """Give what must survive a power cut."""
        return tuple(self._faults.values())

    def raised(self) -> list[ErrorRaised]:
        """Give the events that raised what is raised now."""
        return [
            ErrorRaised(self._connector_id, fault.error_code, fault.info, fault.vendor_error_code)
            for fault in self._faults.values()
        ]

    def add(self, fault: FaultRecord) -> ErrorRaised:
        """Raise an error that is not raised yet."""
        if fault.error_code is ChargePointErrorCode.NO_ERROR:
            raise StationError("NoError is no error to raise; clear the errors instead")
        if fault.error_code in self._faults:
            raise StationError(
                f"connector {self._connector_id}: {fault.error_code} is raised already"
            )
        self._faults[fault.error_code] = fault
        return ErrorRaised(
            self._connector_id, fault.error_code, fault.info, fault.vendor_error_code
        )

    def vehicle_left(self) -> list[ErrorCleared]:
        """Clear the errors that need a vehicle, for it has left."""
        code = ChargePointErrorCode.EV_COMMUNICATION_ERROR
        return [self.clear(code)] if code in self._faults else []

    def clear(self, error_code: ChargePointErrorCode | None) -> ErrorCleared:
        """Clear an error, or without a code all of them."""
        if not self._faults:
            raise StationError(f"connector {self._connector_id}: no error is raised")
        if error_code is None:
            self._faults.clear()
        elif error_code not in self._faults:
            raised = ", ".join(self._faults)
            raise StationError(
                f"connector {self._connector_id}: {error_code} is not raised, but {raised} is"
            )
        else:
            del self._faults[error_code]
        return ErrorCleared(self._connector_id, error_code)
