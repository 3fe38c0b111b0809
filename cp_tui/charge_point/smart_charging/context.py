"""Everything that smart charging must be told: connectors, running transactions, profiles, rules.

Frozen facts only; nothing here knows how a limit is worked out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from msgspec import Struct, field

from cp_tui.charge_point.config import CurrentKind
from cp_tui.charge_point.smart_charging.schedule import ProfileRef, ProfileSource
from cp_tui.charge_point.smart_charging.timeline import Course
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
)

MINIMUM_CURRENT_A = Decimal(6)
"""IEC 61851 knows no current between 0 and 6 A: a lower limit pauses an AC vehicle."""


class PhaseRule(StrEnum):
    """How many phases count when limits of several purposes are converted and compared."""

    COMMON = "common"
    """The smallest numberPhases of the profiles in force counts for all of them: each one binds."""
    OWN = "own"
    """Each profile is converted with its own numberPhases, 3 where it gives none."""


class Hardware(Struct, frozen=True):
    """What a connector can deliver at most."""

    max_current_a: Decimal
    """Per phase; of the output for DC."""
    phases: int = 3
    voltage_v: int = 230
    """Nominal, phase to neutral; of the output for DC. Conversions use it, never a measured one."""
    kind: CurrentKind = CurrentKind.AC


class RunningTransaction(Struct, frozen=True):
    """A transaction that runs on a connector now."""

    key: str
    """Our own name for it, known before the CSMS gives a transactionId."""
    transaction_id: int | None
    """None until StartTransaction was answered."""
    start: datetime


class InstalledProfile(Struct, frozen=True, dict=True):
    """A charging profile in the store, with the connector that it was set on."""

    connector_id: int
    profile: ChargingProfile
    installed_at: datetime
    transaction_key: str | None = None
    """Of a TxProfile: its transaction; None: the next one on this connector (S 5.11)."""
    source: ProfileSource = ProfileSource.CSMS

    @cached_property
    def course(self) -> Course:
        """What the profile says over time, worked out once."""
        return Course(self.profile, self.ref)

    @cached_property
    def ref(self) -> ProfileRef:
        """The name of the profile."""
        return ProfileRef(
            profile_id=self.profile.charging_profile_id,
            purpose=self.profile.charging_profile_purpose,
            stack_level=self.profile.stack_level,
            connector_id=self.connector_id,
            installed_by=self.source,
        )


class Context(Struct, frozen=True, dict=True):
    """The charge point as smart charging sees it at one instant."""

    hardware: Mapping[int, Hardware]
    """By connector, from 1."""
    transactions: Mapping[int, RunningTransaction] = field(default_factory=dict)
    """By connector; a connector that is not in it is idle."""
    profiles: tuple[InstalledProfile, ...] = ()
    tx_profile_fallback: bool = False
    """True: where a valid TxProfile gives no value, the default applies; False: it is hidden."""
    phase_rule: PhaseRule = PhaseRule.COMMON
    allowed_units: tuple[ChargingRateUnitType, ...] = (
        ChargingRateUnitType.A,
        ChargingRateUnitType.W,
    )
    """ChargingScheduleAllowedChargingRateUnit; the first one answers a request without a unit."""
    max_stack_level: int = 10
    """ChargeProfileMaxStackLevel."""
    max_periods: int = 100
    """ChargingScheduleMaxPeriods."""
    max_installed: int = 50
    """MaxChargingProfilesInstalled."""
    can_switch_phases: bool = False
    """ConnectorSwitch3to1PhaseSupported."""
    is_enabled: bool = True
    """SmartCharging is among the SupportedFeatureProfiles."""
    armed_at: datetime | None = None
    """When the transaction starts that an idle connector is looked at with; None: with the window.

    A window that lies ahead shows what a transaction gets that starts now.
    """

    def is_idle(self, connector_id: int) -> bool:
        """Say whether anything about this connector is only what a transaction would get now."""
        if connector_id == 0:
            return len(self.transactions) < len(self.hardware)
        return connector_id not in self.transactions

    def twin(self, connector_id: int) -> int:
        """Return the lowest connector whose limits are the same for the same reasons."""
        return self._twins[connector_id]

    @cached_property
    def _twins(self) -> Mapping[int, int]:
        own = {each.connector_id for each in self.profiles} | self.transactions.keys()
        lowest: dict[Hardware, int] = {}
        # Where only what holds for all connectors holds, the hardware makes the difference.
        return {
            each: each if each in own else lowest.setdefault(hardware, each)
            for each, hardware in self.hardware.items()
        }

    def profiles_of(
        self, purpose: ChargingProfilePurposeType, connector_id: int
    ) -> Sequence[InstalledProfile]:
        """Return the profiles of a purpose that were set on a connector, in their order."""
        return self._by_place.get((purpose, connector_id), ())

    @cached_property
    def _by_place(
        self,
    ) -> Mapping[tuple[ChargingProfilePurposeType, int], Sequence[InstalledProfile]]:
        found: dict[tuple[ChargingProfilePurposeType, int], list[InstalledProfile]] = {}
        for each in self.profiles:
            place = each.profile.charging_profile_purpose, each.connector_id
            found.setdefault(place, []).append(each)
        return found

    def supply(self) -> Hardware:
        """Return what all connectors together can deliver."""
        connectors = tuple(self.hardware.values())
        is_ac = any(connector.kind is CurrentKind.AC for connector in connectors)
        return Hardware(
            max_current_a=sum((each.max_current_a for each in connectors), Decimal(0)),
            phases=max(connector.phases for connector in connectors),
            voltage_v=connectors[0].voltage_v,
            kind=CurrentKind.AC if is_ac else CurrentKind.DC,
        )
