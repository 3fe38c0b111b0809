"""The ledger: a CSV with a line for each transaction that the CSMS has acknowledged in full.

Its lines leave as transactions end, so that no run is too long for it.
"""

from __future__ import annotations

from pathlib import Path

from cp_tui.fleet.bill import BillEntry
from cp_tui.fleet.csv_cells import csv_line
from cp_tui.fleet.whole_file import WholeFile
from cp_tui.ocpp.datatypes import format_date_time

COLUMNS = (
    "chargePointId",
    "connectorId",
    "transactionId",
    "idTag",
    "startedAt",
    "stoppedAt",
    "meterStart",
    "meterStop",
    "Wh",
    "reason",
    "startAcknowledgedAt",
    "stopAcknowledgedAt",
    "meterValues",
    "meterValuesDelivered",
    "meterValuesDropped",
    "meterValuesGivenUp",
    "sentAgain",
)


class Ledger:
    """Writes it; the file is there once it is finished."""

    def __init__(self, path: Path, *, by_line: bool = False) -> None:
        """Begin it; raises `OSError`.

        `by_line`: whatever becomes of this process, a transaction is in it before anybody who goes
        on with the same charge points may take it for settled.
        """
        self._file = WholeFile(path, by_line=by_line)
        self._file.write(csv_line(COLUMNS))

    def add(self, entry: BillEntry) -> None:
        """Write a transaction."""
        self._file.write(
            csv_line(
                (
                    entry.station,
                    entry.connector_id,
                    entry.transaction_id,
                    entry.id_tag,
                    format_date_time(entry.started_at),
                    format_date_time(entry.stopped_at),
                    entry.meter_start_wh,
                    entry.meter_stop_wh,
                    entry.energy_wh,
                    entry.reason,
                    format_date_time(entry.start_acknowledged_at),
                    format_date_time(entry.stop_acknowledged_at),
                    entry.values_made,
                    entry.values_delivered,
                    entry.values_dropped,
                    entry.values_given_up,
                    str(entry.is_repeated).lower(),
                )
            )
        )

    def abandon(self) -> None:
        """Leave an old one in its place: there was no run."""
        self._file.abandon()

    def finish(self) -> str:
        """Put it in its place; gives what went wrong, empty: nothing."""
        self._file.finish()
        return self._file.error
