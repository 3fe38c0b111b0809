"""The variables as they are now, each from the part that knows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from msgspec.structs import replace

from cp_tui import __version__
from cp_tui.charge_point.components import Components
from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.measurands import register_wh
from cp_tui.charge_point.refusals import decided_by
from cp_tui.charge_point.security.credentials import url_for
from cp_tui.charge_point.station_port import MeterReading
from cp_tui.charge_point.variables import (
    Connectors,
    ConnectorTransaction,
    ConnectorView,
    DiagnosticsView,
    FirmwareView,
    Identity,
    LogUploadView,
    Measurement,
    Restraint,
    RestraintKind,
)
from cp_tui.ocpp.datatypes import ChargePointErrorCode

Job = TypeVar("Job", FirmwareView, DiagnosticsView, LogUploadView)


def _as_it_goes_on(view: Job, components: Components) -> Job:
    """Leave out the time of the next try while OCPP is stopped: nothing is tried then."""
    if not components.turn.is_stopped or view.transfer is None:
        return view
    transfer = replace(view.transfer, next_try_at=None)
    return replace(view, transfer=transfer)


def identity(components: Components) -> Identity:
    """Give the variable `identity`."""
    config = components.turn.config
    return Identity(
        charge_point_id=config.charge_point_id,
        vendor=config.vendor,
        model=config.model,
        charge_point_serial_number=config.charge_point_serial_number,
        charge_box_serial_number=config.charge_box_serial_number,
        firmware_version=components.firmware.version,
        meter_type=config.meter_type,
        meter_serial_number=config.meter_serial_number,
        url=url_for(config, components.security.profiles.profile),
        connectors=len(config.connectors),
        hardware=tuple(connector.words for connector in config.connectors),
        preset=config.preset,
        preset_about=config.preset_about,
        habits=config.quirks.habits,
        data_folder=config.data_folder,
        cp_tui_version=__version__,
        started_at=config.started_at,
    )


def connector_view(components: Components, connector: Connector) -> ConnectorView:
    """Give one connector of the variable `connectors`."""
    connector_id, turn = connector.connector_id, components.turn
    is_whole = connector_id == 0
    vehicle = None if is_whole else turn.body.vehicle(connector_id, turn.now)
    reading = turn.body.reading(connector_id, turn.now)
    fault = connector.shown_fault
    pending = connector.pending_start
    allowed = pending or connector.started_by
    attempt = allowed.attempt if allowed else connector.attempt
    return ConnectorView(
        connector_id=connector_id,
        status=connector.status,
        error_code=fault.error_code if fault else ChargePointErrorCode.NO_ERROR,
        info=connector.info,
        since=connector.status_since,
        cause=connector.cause,
        is_plugged=connector.is_plugged,
        is_locked=connector.is_locked,
        is_lock_jammed=connector.is_lock_jammed,
        is_operative=connector.is_operative,
        scheduled_operative=connector.scheduled_operative,
        authorized_id_tag=pending.id_tag if pending else None,
        authorized_by=decided_by(allowed.allowed_by) if allowed else None,
        is_authorized_anywhere=connector.waits_anywhere,
        is_authorized_remotely=attempt is not None and attempt.is_remote,
        asked_id_tag=connector.attempt.id_tag if connector.attempt else None,
        authorized_until=connector.attempt_until,
        reservation=components.reservations.at(connector),
        vehicle=vehicle and replace(vehicle, soc_percent=round(vehicle.soc_percent, 1)),
        transaction=_transaction(connector, reading),
        measurement=_measurement(reading),
        limit=None if is_whole else components.charging.limit_view(connector_id),
        restraint=None if is_whole else _restraint(components, connector),
        faults=tuple(connector.faults.values()),
        last_refusal=connector.refusal.reason if connector.refusal else None,
        refusal=connector.refusal,
    )


def _transaction(connector: Connector, reading: MeterReading) -> ConnectorTransaction | None:
    record = connector.transaction
    if record is None:
        return None
    return ConnectorTransaction(
        transaction_id=record.transaction_id,
        id_tag=record.id_tag,
        started_at=record.started_at,
        meter_start_wh=record.meter_start_wh,
        energy_wh=max(record.energy_wh, register_wh(reading) - record.meter_start_wh),
        clock_step_s=record.clock_step_s,
        clock_step=record.clock_step,
    )


def _restraint(components: Components, connector: Connector) -> Restraint | None:
    """Say what keeps the power of a transaction where it is: what the mind knows comes first."""
    record, turn = connector.transaction, components.turn
    if record is None:
        return None
    if connector.is_faulted:
        return Restraint(kind=RestraintKind.FAULT)
    if connector.is_ev_disconnected:
        return Restraint(kind=RestraintKind.UNPLUGGED)
    if connector.is_ev_silent:
        return Restraint(kind=RestraintKind.SILENT)
    if record.is_deauthorized:
        return Restraint(kind=RestraintKind.REFUSED)
    return turn.body.restraint(connector.connector_id, turn.now)


def _measurement(reading: MeterReading) -> Measurement:
    phases = reading.phases
    loaded = [phase for phase in phases if phase.current_a > 0]
    return Measurement(
        register_wh=register_wh(reading),
        power_w=round(reading.power_w),
        current_a=round(max((p.current_a for p in phases), default=0.0), 1),
        voltage_v=round(max((p.voltage_v for p in phases), default=0.0), 1),
        phases=len(loaded),
        soc_percent=None if reading.soc_percent is None else round(reading.soc_percent, 1),
    )


VIEWS: Mapping[str, Callable[[Components], Any]] = MappingProxyType(
    {
        "identity": lambda components: identity(components),
        "registration": lambda components: components.registration.view(),
        "connectors": lambda components: Connectors(
            tuple(connector_view(components, each) for each in components.connectors)
        ),
        "configuration": lambda components: components.configuration.view(components.monitors.keys),
        "monitors": lambda components: components.monitors.view(),
        "charging_schedules": lambda components: components.charging.schedules_view(),
        "profiles": lambda components: components.charging.profiles_view(),
        "outbox": lambda components: components.outbox.view(),
        "transactions": lambda components: components.transactions.view(),
        "firmware": lambda components: _as_it_goes_on(components.firmware.view(), components),
        "diagnostics": lambda components: _as_it_goes_on(components.diagnostics.view(), components),
        "log_upload": lambda components: _as_it_goes_on(components.logs.view(), components),
        "security": lambda components: components.security.view(),
        "security_events": lambda components: components.security.events.view(),
        "local_list": lambda components: components.local_list.view(),
        "authorization_cache": lambda components: components.authorization_cache.view(),
        "reservations": lambda components: components.reservations.view(),
        "stop_report": lambda components: components.turn.stop_report,
    }
)
"""What works out each variable of the charge point. None of it changes anything: whether somebody
looks makes no difference to what the charge point does."""
