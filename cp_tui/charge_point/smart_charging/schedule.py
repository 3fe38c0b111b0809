"""The composite schedule with its explanation: what is published and crosses the door as JSON.

Frozen values; how they come about is written in `composite`, `decision` and `explanation`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from cp_tui.charge_point.codec import Value
from cp_tui.ocpp.datatypes import (
    ChargingProfilePurposeType,
    ChargingRateUnitType,
)


class SourceKind(StrEnum):
    """Where a limit comes from."""

    HARDWARE = "hardware"
    """No profile applies, or all that apply allow more than the hardware."""
    PROFILE = "profile"
    SUM_OF_CONNECTORS = "sum_of_connectors"
    """Connector 0: what the connectors may take together."""
    SHARE = "share"
    """A part of the ChargePointMaxProfile, which several transactions divide (S 3.13.3)."""


class LostBecause(StrEnum):
    """Why an installed profile does not set the limit."""

    LOWER_STACK_LEVEL = "LowerStackLevel"
    NOT_YET_VALID = "NotYetValid"
    """Before validFrom."""
    EXPIRED = "Expired"
    """At or after validTo."""
    NOT_STARTED = "NotStarted"
    """Before the start of its schedule."""
    DURATION_OVER = "DurationOver"
    OTHER_TRANSACTION = "OtherTransaction"
    HIDDEN_BY_TX_PROFILE = "HiddenByTxProfile"
    HIGHER_THAN_MINIMUM = "HigherThanMinimum"
    """It applies, but something else that applies allows less or the same."""
    REPLACED_ON_CONNECTOR = "ReplacedOnConnector"
    """Set on connector 0, and the connector has a profile of its own at the same level."""
    RECURRENCE_GAP = "RecurrenceGap"
    """Between the end of one recurrence and the start of the next."""


class ProfileSource(StrEnum):
    """Who installed a profile."""

    CSMS = "CSMS"
    OPERATOR = "operator"


class ProfileRef(Value, frozen=True, kw_only=True):
    """Names an installed profile."""

    profile_id: int
    purpose: ChargingProfilePurposeType
    stack_level: int
    connector_id: int
    """The connector that it was set on."""
    installed_by: ProfileSource = ProfileSource.CSMS

    def __str__(self) -> str:
        return f"{self.purpose} #{self.profile_id} level {self.stack_level}"


class SetBy(Value, frozen=True, kw_only=True):
    """What set a limit, in short: as much of its source as is known at once, and kept of the past.

    Whom it beat, and how it was converted, takes far longer to say (`LimitSource`).
    """

    kind: SourceKind
    is_hypothetical: bool
    """True: nothing charged; it was what a transaction that started then would have got."""
    profile: ProfileRef | None = None
    """None for hardware and shares."""


class Loser(Value, frozen=True, kw_only=True):
    """A profile that does not set the limit, and why."""

    profile: ProfileRef
    why: LostBecause
    sentence: str
    """The same for a person."""


class LimitSource(Value, frozen=True, kw_only=True):
    """Why a limit is what it is."""

    kind: SourceKind
    is_hypothetical: bool
    """True: nothing charges; this is what a transaction that started now would get."""
    winner: ProfileRef | None = None
    """The profile that sets the limit; none for hardware and sums."""
    sentence: str
    """The same for a person, in one sentence."""
    losers: tuple[Loser, ...] = ()
    """The most telling first."""
    losers_omitted: int = 0
    """Further losers, not listed."""
    conversion: str | None = None
    """The sum behind the limit, such as `11000 W / (230 V x 3) = 15.9 A`."""


class ProfileChangeKind(StrEnum):
    """In which way the limit of a profile changes at some time."""

    STARTS = "starts"
    """It gives a limit from then on."""
    CHANGES = "changes"
    """It gives another limit."""
    ENDS = "ends"
    """It gives none: its schedule or its validity is over, or it rests."""


class ProfileChange(Value, frozen=True, kw_only=True):
    """The next time at which the limit of a profile changes, and how."""

    at: datetime
    kind: ProfileChangeKind
    limit: Decimal | None = None
    """In the profile's own unit; None where it ends."""


class ProfileLoss(Value, frozen=True, kw_only=True):
    """A connector that a profile is meant for, but does not set the limit of, and why."""

    connector_id: int
    why: LostBecause
    sentence: str
    """The same for a person."""


class ProfileStanding(Value, frozen=True, kw_only=True):
    """What an installed profile does at one moment."""

    is_active: bool
    """It sets the limit of a connector, or of the charge point as a whole."""
    active_on: tuple[int, ...] = ()
    """The connectors whose limit it sets; 0: the charge point as a whole."""
    is_armed: bool = False
    """It is active, but nothing charges there: it would limit a transaction that started now."""
    limit: Decimal | None = None
    """What it says, in its own unit; None: it gives no limit now."""
    losses: tuple[ProfileLoss, ...] = ()
    """The other connectors that it is meant for."""
    next_change: ProfileChange | None = None
    """None: not within a year, or only once a transaction starts."""


class CompositePeriod(Value, frozen=True, kw_only=True):
    """One limit over [start, end)."""

    start: datetime
    end: datetime
    """Of the last one: where the schedule ends, which need not be the end of the limit."""
    until: datetime | None = None
    """When the limit, or what sets it, ends; None: not within a year of the start of the schedule,
    or not before `looked_until`."""
    looked_until: datetime | None = None
    """The search for that end was given up at this time; None: it was not."""
    limit: Decimal
    """In the unit of the schedule: A per phase, or W over all phases."""
    number_phases: int | None = None
    """None: no profile in force restricts the phases."""
    source: LimitSource
    """What sets the limit, and what it beats."""


class SharedPeriod(Value, frozen=True, kw_only=True):
    """A time for which a connector gets less than its schedule has: others charge as well."""

    start: datetime
    end: datetime | None = None
    """When it gets something else; None: not within a year, or not before `looked_until`."""
    looked_until: datetime | None = None
    """The search for that end was given up at this time; None: it was not."""
    limit_a: Decimal
    """Per phase."""
    limit_w: Decimal
    """Over all phases."""
    sentence: str
    """What is divided, among how many, and what the schedule alone has: for a person."""


class CompositeSchedule(Value, frozen=True, kw_only=True):
    """The limits of a connector over time, without a gap and never without a period (S 5.7)."""

    connector_id: int
    """0: the charge point as a whole."""
    start: datetime
    """UTC, a whole second."""
    duration_s: int
    """What the periods cover; less than asked for when `is_truncated`."""
    unit: ChargingRateUnitType
    """Of all its limits."""
    periods: tuple[CompositePeriod, ...]
    is_truncated: bool = False
    """The schedule goes on, but a bound on periods, boundaries or time was reached."""
    shares: tuple[SharedPeriod, ...] = ()
    """Where the connector gets less than the periods have, as the profiles alone would have it and
    GetCompositeSchedule tells (S 5.7): those that charge now divide a ChargePointMaxProfile."""

    def at(self, instant: datetime) -> CompositePeriod:
        """Return the period in force at an instant; after the end the last one."""
        for period in self.periods:
            if instant < period.end:
                return period
        return self.periods[-1]
