"""One connector: what is true of it, and the status that follows (S 4.9)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field

from cp_tui.charge_point.config import ConnectorConfig
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.records import TransactionRecord
from cp_tui.charge_point.status import (
    WARNINGS,
    WITH_EV_COMMUNICATION_ERROR,
    Facts,
    status_of,
)
from cp_tui.charge_point.variables import Fault, Refusal, SwipeOutcome
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus, ChargingProfile

EV_SIDE_DISCONNECTED = "EV side disconnected"


class StartAttempt(Struct, eq=False):
    """A tag that wants to start and is being decided upon; `attempts` says where it belongs."""

    id_tag: str
    since: datetime
    is_named: bool = False
    """Meant for its connector alone: shown at its reader, or a remote start that names it."""
    is_remote: bool = False
    charging_profile: ChargingProfile | None = None
    """From RemoteStartTransaction: becomes the TxProfile of the transaction."""
    end: SwipeEnd | None = None
    """What came of it, once that is known."""


class SwipeEnd(Struct, frozen=True):
    """What came of a tag, where, and why."""

    outcome: SwipeOutcome
    connector: Connector | None
    reason: Reason


class PendingStart(Struct, frozen=True):
    """A tag that may start here, as soon as a cable is in."""

    attempt: StartAttempt
    parent_id_tag: str | None
    allowed_by: Reason
    since: datetime

    @property
    def id_tag(self) -> str:
        """The tag that may start."""
        return self.attempt.id_tag


class EnergyBudget(Struct, frozen=True):
    """The energy that a tag gets although the CSMS refused it (MaxEnergyOnInvalidId)."""

    until_wh: int
    """Register at which it is used up."""
    refusal: Reason


class Connector(Struct):
    """The facts of one connector; connector 0 is the charge point as a whole."""

    connector_id: int
    config: ConnectorConfig | None
    status_since: datetime
    is_plugged: bool = False
    is_locked: bool = False
    is_lock_jammed: bool = False
    is_ev_suspended: bool = False
    tells_suspended_ev: bool = True
    """False: Charging is told although the vehicle takes nothing."""
    is_ev_disconnected: bool = False
    """Unplugged at the vehicle while the transaction goes on."""
    is_set_operative: bool = True
    """What ChangeAvailability has said."""
    is_withdrawn: bool = False
    """Out of service until new firmware is installed (S 5.19)."""
    is_withdrawal_due: bool = False
    """A cable without a tag is in, and new firmware waits: no tag may begin any more (E 3.49)."""
    scheduled_operative: bool | None = None
    is_session_over: bool = False
    is_reserved: bool = False
    """A reservation keeps it, and the tag that may use it has not come yet."""
    ended: TransactionRecord | None = None
    """The transaction that has ended while the cable is still in, or still locked."""
    energy_budget: EnergyBudget | None = None
    pending_start: PendingStart | None = None
    attempt: StartAttempt | None = None
    """The tag that is being decided upon for this connector."""
    attempt_until: datetime | None = None
    """When the attempt times out: ConnectionTimeOut after Preparing began (E 3.77)."""
    transaction: TransactionRecord | None = None
    started_by: PendingStart | None = None
    """What the running transaction began with; none survives a boot."""
    is_limit_below_minimum: bool = False
    faults: dict[ChargePointErrorCode, Fault] = field(default_factory=dict)
    charge_point_fault: Fault | None = None
    """What makes the charge point as a whole Faulted, and this connector with it."""
    status: ChargePointStatus = ChargePointStatus.AVAILABLE
    cause: str = "power on"
    refusal: Refusal | None = None
    """Why the newest attempt to start here was refused."""

    @property
    def is_operative(self) -> bool:
        """Whether it is in service: not taken out by ChangeAvailability, nor for new firmware."""
        return self.is_set_operative and not self.is_withdrawn

    @property
    def is_leaving(self) -> bool:
        """Whether it goes out of service as soon as it is free: until then nothing begins (S 5.2).

        Scheduled is the answer for a transaction that runs, and for a cable that is in, because no
        way leads from Preparing to Unavailable (status.md); not for those who come afterwards.
        """
        return self.scheduled_operative is False or self.is_withdrawal_due

    @property
    def is_out_for_firmware(self) -> bool:
        """Whether it is out of service, or about to be, only until new firmware is installed."""
        is_asked_for = not self.is_set_operative or self.scheduled_operative is False
        return (self.is_withdrawn or self.is_withdrawal_due) and not is_asked_for

    @property
    def takes_starts(self) -> bool:
        """Whether a transaction may begin here: in service, and staying there, without a fault."""
        return self.is_operative and not self.is_leaving and not self.is_faulted

    @property
    def state_words(self) -> str:
        """Describe the state in words that fit after "is", such as `Charging`."""
        if self.charge_point_fault is not None:
            code = self.charge_point_fault.error_code
            return f"Faulted with the whole charge point ({code} of connector 0)"
        if self.is_operative and self.is_leaving and not self.is_faulted:
            return "to be Unavailable as soon as it is free"
        return self.current_status()

    @property
    def is_faulted(self) -> bool:
        """Whether a fault prevents charging."""
        return self.charge_point_fault is not None or any(
            fault.blocks_charging for fault in self.faults.values()
        )

    @property
    def is_ev_silent(self) -> bool:
        """Whether the vehicle does not communicate: never together with Charging (S 4.9)."""
        return ChargePointErrorCode.EV_COMMUNICATION_ERROR in self.faults

    @property
    def waits_anywhere(self) -> bool:
        """Whether a tag waits here that goes with the cable, wherever that comes in."""
        return (
            self.pending_start is not None
            and not self.pending_start.attempt.is_named
            and not self.is_plugged
            and not self.is_reserved
        )

    @property
    def is_free(self) -> bool:
        """Whether somebody may begin here by showing a tag, before any cable is in."""
        return (
            self.takes_starts
            and not self.is_plugged
            and self.transaction is None
            and self.pending_start is None
            and self.attempt is None
            and not self.is_left_locked
        )

    @property
    def waits_for_tag(self) -> bool:
        """Whether a cable is in and a tag may start here."""
        return (
            self.is_plugged
            and self.takes_starts
            and self.transaction is None
            and self.pending_start is None
            and self.attempt is None
            and not self.is_left_locked
        )

    @property
    def is_left_locked(self) -> bool:
        """Whether the cable stayed locked after its transaction: nobody else may use it (E 3.5)."""
        return self.ended is not None and self.is_locked and self.transaction is None

    @property
    def has_fixed_cable(self) -> bool:
        """Whether there is no lock to open."""
        return self.config is not None and self.config.fixed_cable

    @property
    def shown_fault(self) -> Fault | None:
        """The fault to report: the newest, a blocking one before a warning, its own before others.

        A connector that is Faulted with the charge point tells the fault of the charge point.
        EVCommunicationError stays silent until the connector is in a state that it may go with.
        """
        if not self.faults:
            return self.charge_point_fault
        may_tell_ev = self.current_status() in WITH_EV_COMMUNICATION_ERROR
        told = [
            fault
            for code, fault in self.faults.items()
            if may_tell_ev or code is not ChargePointErrorCode.EV_COMMUNICATION_ERROR
        ]
        newest = sorted(told, key=lambda fault: (fault.blocks_charging, fault.since))
        own = newest[-1] if newest else None
        if self.charge_point_fault is not None and (own is None or not own.blocks_charging):
            return self.charge_point_fault
        return own

    @property
    def info(self) -> str | None:
        """The `info` of StatusNotification."""
        if self.shown_fault is not None:
            return self.shown_fault.info
        return EV_SIDE_DISCONNECTED if self.is_ev_disconnected else None

    def current_status(self) -> ChargePointStatus:
        """Derive the status from the facts."""
        return self.status_with(self.transaction)

    def status_with(self, transaction: TransactionRecord | None) -> ChargePointStatus:
        """Derive the status that it would have with this transaction, or with none."""
        facts = Facts(
            is_faulted=self.is_faulted,
            is_operative=self.is_operative,
            has_transaction=transaction is not None,
            is_withheld=self.is_limit_below_minimum
            or (transaction is not None and transaction.is_deauthorized),
            is_ev_suspended=self.tells_suspended_ev
            and (self.is_ev_suspended or self.is_ev_disconnected or self.is_ev_silent),
            is_session_over=self.is_session_over,
            # A cable in a reserved connector leaves it Reserved until the right tag comes.
            is_preparing=self.pending_start is not None
            or (self.is_plugged and not self.is_reserved)
            or self.is_left_locked,
            is_reserved=self.is_reserved,
        )
        return status_of(facts)


def blocks_charging(error_code: ChargePointErrorCode) -> bool:
    """Say whether an error makes the connector Faulted, or is a warning only (status.md)."""
    return error_code not in WARNINGS
