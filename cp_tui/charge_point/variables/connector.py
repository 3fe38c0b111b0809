"""The variable `connectors` and the stream `status_changes`."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables.clock import ClockStep
from cp_tui.charge_point.variables.reservation import Reservation
from cp_tui.charge_point.variables.tag import Refusal, RefusedBy
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus


class VehicleView(Value, frozen=True, kw_only=True):
    """The simulated vehicle at a connector."""

    battery_wh: int
    soc_percent: float
    max_current_a: float
    """Of the on-board charger."""
    phases: int
    max_power_w: int
    """Over all phases."""
    is_suspended: bool
    """The driver or the vehicle has paused charging, or the battery is full."""
    full_at: datetime | None = None
    """When its battery is full if what is offered stays as it is, taper included; in the clock of
    the machine. None: nothing flows, or the vehicle is still on its way to what is offered."""


BEFORE_BOOT = "as told before the last boot, and not since"
"""Of a charge point that is only watched: what may be otherwise by now."""


class ConnectorTransaction(Value, frozen=True, kw_only=True):
    """The transaction that runs on a connector."""

    transaction_id: int | None
    """None until StartTransaction was answered."""
    id_tag: str
    started_at: datetime
    meter_start_wh: int
    energy_wh: int
    """Since its start."""
    is_begin_known: bool = True
    """False: of a charge point that is only watched, it began before anybody did. It was first seen
    at `started_at`; tag, meter and energy are not known, and stand empty."""
    is_from_before_boot: bool = False
    """Of a charge point that is only watched: it was told of before it booted, and not since."""
    clock_step_s: float = 0.0
    """By how much the clock was set since it began, in seconds: ahead, or back where negative."""
    clock_step: ClockStep | None = None
    """The newest of these steps that is worth telling."""

    @property
    def begun_at(self) -> datetime:
        """When it began by the clock as it is set now."""
        return later(self.started_at, self.clock_step_s)

    @property
    def known_energy_wh(self) -> int | None:
        """The energy; None where its begin is not known."""
        return self.energy_wh if self.is_begin_known else None


class Measurement(Value, frozen=True, kw_only=True):
    """What the meter of a connector says now."""

    register_wh: int | None
    """The energy register, which never runs backwards. None, as for all that follows: of a charge
    point that is only watched, it is not among what it has told."""
    power_w: int | None
    """Over all phases."""
    current_a: float | None
    """Per phase, the largest of the phases."""
    voltage_v: float | None
    phases: int | None
    """On which current flows."""
    soc_percent: float | None = None
    """Of a vehicle that tells it."""
    at: datetime | None = None
    """Of a charge point that is only watched: when the newest of it was told. Of one of ours it is
    from now: None."""


class RestraintKind(StrEnum):
    """What keeps the power at a connector where it is."""

    LIMIT = "limit"
    """The limit in force: the vehicle takes all of it."""
    RAMP = "ramp"
    """The vehicle is on its way to what is offered since a start or a change."""
    TAPER = "taper"
    """The battery takes less the fuller it is."""
    FULL = "full"
    PAUSED = "paused"
    """The driver or the vehicle has paused charging."""
    CHARGER_CURRENT = "on-board charger current"
    VEHICLE_POWER = "vehicle power"
    """Of the on-board charger, or of the battery at a DC connector."""
    CABLE = "cable"
    PHASES = "phases"
    """The vehicle charges on fewer phases than there are."""
    BELOW_MINIMUM = "below minimum"
    """The limit is lower than the least that can be offered (IEC 61851-1)."""
    ZERO = "limit of zero"
    FAULT = "fault"
    UNPLUGGED = "unplugged"
    """At the vehicle, while the transaction goes on."""
    SILENT = "vehicle silent"
    """EVCommunicationError."""
    REFUSED = "tag refused"
    """The CSMS refused the tag of the transaction: there is no energy for it."""


class Restraint(Value, frozen=True, kw_only=True):
    """Which of all limits binds at a connector now, with the values that belong to it."""

    kind: RestraintKind
    until: datetime | None = None
    """Of a ramp, or of one down to nothing for that reason; in the clock of the machine."""
    current_a: float | None = None
    """What the on-board charger or the cable takes per phase, or the least that can be offered."""
    power_w: int | None = None
    """What the vehicle takes in total now."""
    soc_percent: float | None = None
    """Of a battery that tapers or is full."""
    from_soc_percent: float | None = None
    """Where the taper begins."""
    phases: int | None = None
    """On which the vehicle charges, of `phases_offered`."""
    phases_offered: int | None = None
    """By the charge point."""


class LimitView(Value, frozen=True, kw_only=True):
    """The limit that the connector follows now."""

    limit_a: Decimal
    """Per phase."""
    limit_w: Decimal
    """Over all phases."""
    source: str
    """In words: `TxProfile #7 level 2`, `hardware`."""
    reason: Reason
    until: datetime | None = None
    """When the limit, or what sets it, ends; None: not within a year, or not before
    `looked_until`."""
    looked_until: datetime | None = None
    """No end was found up to this time, and further it was not looked for; None: it was."""


class Fault(Value, frozen=True, kw_only=True):
    """An error that is raised now."""

    error_code: ChargePointErrorCode
    info: str | None = None
    vendor_error_code: str | None = None
    blocks_charging: bool
    """False: a warning, the connector is not Faulted."""
    since: datetime


class ConnectorView(Value, frozen=True, kw_only=True):
    """One connector; connector 0 is the charge point as a whole."""

    connector_id: int
    status: ChargePointStatus | None
    """None: of a charge point that is only watched, it was not told."""
    error_code: ChargePointErrorCode
    info: str | None = None
    """Beside the error code, as StatusNotification has it."""
    since: datetime | None
    """When the status began; None: of a charge point that is only watched, not told."""
    cause: str
    """Transition code and cause, such as `A2 cable plugged in`."""
    is_from_before_boot: bool = False
    """Of a charge point that is only watched: its status was told before it booted, and not since.
    """
    is_plugged: bool = False
    """A cable is in, or the fixed one is in the vehicle."""
    is_locked: bool = False
    is_lock_jammed: bool = False
    is_operative: bool = True
    """False: ChangeAvailability took it out of service."""
    scheduled_operative: bool | None = None
    """A ChangeAvailability that waits for the end of the transaction."""
    authorized_id_tag: str | None = None
    """A tag that may start here as soon as everything else is in place."""
    authorized_by: RefusedBy | None = None
    """Who allowed that tag, or the one of the running transaction."""
    is_authorized_anywhere: bool = False
    """The tag that may start named no connector: it goes with the cable, wherever that comes in."""
    is_authorized_remotely: bool = False
    """RemoteStartTransaction brought the tag that charges, may start or is asked about."""
    asked_id_tag: str | None = None
    """A tag that wants to start here and is being decided upon: Authorize is under way."""
    authorized_until: datetime | None = None
    """When that authorization, or the plugged cable without tag, times out (ConnectionTimeOut)."""
    reservation: Reservation | None = None
    """For whom it is kept; at connector 0 the first reservation that names no connector."""
    vehicle: VehicleView | None = None
    """None while none is plugged in."""
    transaction: ConnectorTransaction | None = None
    measurement: Measurement | None = None
    limit: LimitView | None = None
    """None for connector 0."""
    restraint: Restraint | None = None
    """What keeps the power of the transaction where it is."""
    faults: tuple[Fault, ...] = ()
    """The errors that are raised now."""
    last_refusal: Reason | None = None
    """Why the newest attempt to start here was refused."""
    refusal: Refusal | None = None
    """The same with who refused, when, the tag and the key that decides."""

    @property
    def is_charging(self) -> bool:
        """Whether energy flows into a vehicle, as its status tells the CSMS."""
        return self.status is ChargePointStatus.CHARGING

    @property
    def is_available(self) -> bool:
        """Whether a new user may come, as its status tells the CSMS."""
        return self.status is ChargePointStatus.AVAILABLE

    @property
    def transaction_id(self) -> int | None:
        """What the CSMS calls the transaction that runs; None: none runs, or it has not said."""
        return None if self.transaction is None else self.transaction.transaction_id

    @property
    def power_w(self) -> int:
        """What the meter says now, over all phases."""
        return (self.measurement.power_w or 0) if self.measurement else 0


Connectors = tuple[ConnectorView, ...]
"""All connectors, from 0."""


class StatusChange(Value, frozen=True, kw_only=True):
    """A connector changed its status: the event of the stream `status_changes`."""

    connector_id: int
    old_status: ChargePointStatus | None
    """None: of a charge point that is only watched, none was told before."""
    status: ChargePointStatus
    code: str
    """The transition of status.md, such as `B3`; empty for connector 0."""
    cause: str
    """What brought it about, in words."""
    error_code: ChargePointErrorCode
    info: str | None = None
    time: datetime
    clock_step_s: float = 0.0
    """By how much the clock was set since the change before at this connector, in seconds: ahead,
    or back where it is negative."""
