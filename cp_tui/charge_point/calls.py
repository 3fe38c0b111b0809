"""The CALLs of the charge point: one at a time, each answered, failed or timed out (J 4.1.1).

Transaction messages come from the outbox, which keeps them until they are confirmed; everything
else lives here and is gone with the connection.

What waits here goes before the outbox: Authorize, Heartbeat, StatusNotification and the like may
pass the queue of transaction messages (S 3.7), and somebody stands at the reader while Authorize
waits. With a backlog of a thousand MeterValues the CSMS would else hear of nothing new for long.
There is one exception, `Outgoing.after_start_of`.

A call that has timed out is over for the one who made it, but the CSMS may have processed it all
the same: a StartTransaction.conf that comes late holds a transactionId that comes no second time.
So calls whose late answer is of use are remembered for a while (`_late`), and the answer reaches
the same `on_answer`, which has to know that the failure came before it (wire.md). Every other late
answer counts for nothing, and its record says so: on the wire it looks as good as one in time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.effects import LogLevel, Send, WhileDiskFails
from cp_tui.charge_point.exchange_watcher import Outcome
from cp_tui.charge_point.journal import Journal
from cp_tui.charge_point.quirks import Quirks
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import Direction, UnansweredCall
from cp_tui.ocpp import frame
from cp_tui.ocpp.action import Action, action_of
from cp_tui.ocpp.answer import read_answer
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.core import DataTransferRequest
from cp_tui.ocpp.errors import ErrorCode
from cp_tui.ocpp.length import length
from cp_tui.ocpp.model import WireModel

WAITING_MAX = 200
"""Calls that may wait for their turn; a charger of many connectors boots with one per connector."""
WAITING_TEXT_MAX = 8_000_000
"""How many characters the DataTransfers that wait may carry together: each may have a megabyte."""
OWN_ROOM = 100
"""How many more may wait that TriggerMessage did not ask for: a flood of it keeps no Authorize out.
"""
LATE_MAX = 20
"""How many timed-out calls are remembered for an answer that may come late."""


_WITH_METER = (Action.METER_VALUES, Action.START_TRANSACTION, Action.STOP_TRANSACTION)


class FailureKind(StrEnum):
    """How a CALL failed."""

    OFFLINE = "Offline"
    TIMEOUT = "Timeout"
    CALL_ERROR = "CallError"


class CallFailure(Struct, frozen=True):
    """Why there is no answer to use."""

    kind: FailureKind
    text: str
    code: ErrorCode | None = None


_COUNTS_LATE = because(
    "calls.counts_late",
    "cp-tui",
    "came late, after the request was given up, and counts all the same: the CSMS has processed it",
)


class Outgoing(Struct, frozen=True):
    """A CALL to be made, and what follows from its answer."""

    request: WireModel
    on_answer: Callable[[WireModel], None]
    on_failure: Callable[[CallFailure], None]
    is_triggered: bool = False
    """Asked for by TriggerMessage: may go while the registration is Pending."""
    counts_late: Callable[[], bool] | None = None
    """Whether an answer after the timeout still counts, for the CSMS has processed the message;
    asked when it comes. None: it never does."""
    after_start_of: str | None = None
    """Key of a transaction: its StartTransaction goes first, unless it waits behind a backlog."""
    message_id: str | None = None
    """The id of an earlier send whose answer never came; None: a new one."""

    @property
    def action(self) -> Action:
        """The action of the request."""
        return action_of(self.request)

    @property
    def is_boot(self) -> bool:
        """Whether it is a BootNotification, all that may go before the CSMS has answered one."""
        return self.action is Action.BOOT_NOTIFICATION


class _Pending(Struct, frozen=True):
    outgoing: Outgoing
    message_id: str
    sent_at: datetime
    deadline: datetime
    is_late: bool = False
    """It has timed out, and its failure is told."""


class Calls:
    """The queue of calls, and the one that waits for its answer."""

    def __init__(
        self,
        turn: Turn,
        journal: Journal,
        configuration: Configuration,
        *,
        may_send: Callable[[Outgoing], bool],
        is_outbox_ready: Callable[[], bool],
        next_from_outbox: Callable[[], Outgoing | None],
        starts_soon: Callable[[str], bool],
        settled: Callable[[Outgoing, CallFailure | None], None],
    ) -> None:
        self._turn = turn
        self._journal = journal
        self._configuration = configuration
        self._may_send = may_send
        self._is_outbox_ready = is_outbox_ready
        self._next_from_outbox = next_from_outbox
        self._starts_soon = starts_soon
        self._tell_settled = settled
        self._waiting: list[Outgoing] = []
        self._pending: _Pending | None = None
        self._leaves_at: datetime | None = None
        """When the next call leaves that is late on purpose."""
        self._late: OrderedDict[str, _Pending] = OrderedDict()
        self.is_open = False
        self.latency = timedelta(0)
        """How long the answer took that is being handled, or that came last."""
        self.last_sent_at: datetime | None = None
        """When anything was last sent, for the heartbeat."""
        self.unanswered: UnansweredCall | None = None
        """The first call that was given up, as long as the CSMS answers none."""

    @property
    def deadline(self) -> datetime | None:
        """When the call that waits for its answer times out, or the next one leaves late."""
        return self._pending.deadline if self._pending else self._leaves_at

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits for its answer, and nothing is about to leave."""
        return self._pending is None and self._leaves_at is None

    @property
    def pending_since(self) -> datetime | None:
        """When the pending call was sent."""
        return self._pending.sent_at if self._pending else None

    @property
    def pending_action(self) -> Action | None:
        """The action of the call that waits for its answer."""
        return self._pending.outgoing.action if self._pending else None

    def call(self, outgoing: Outgoing) -> None:
        """Make a call as soon as it is its turn; it fails at once while there is no connection."""
        if not self.is_open:
            outgoing.on_failure(
                CallFailure(FailureKind.OFFLINE, "there is no connection to the CSMS")
            )
        elif self.room + (0 if outgoing.is_triggered else OWN_ROOM) <= 0:
            words = f"{len(self._waiting)} messages wait already"
            outgoing.on_failure(CallFailure(FailureKind.OFFLINE, words))
        elif (size := _carried(outgoing)) and size + self._text_waiting() > WAITING_TEXT_MAX:
            words = f"more than {WAITING_TEXT_MAX:,} characters of data wait already"
            outgoing.on_failure(CallFailure(FailureKind.OFFLINE, words))
        else:
            self._waiting.append(outgoing)

    def _text_waiting(self) -> int:
        return sum(map(_carried, self._waiting))

    @property
    def _timeout(self) -> timedelta:
        return self._configuration.seconds("MessageTimeout")

    @property
    def room(self) -> int:
        """How many more calls that TriggerMessage asks for may wait."""
        return WAITING_MAX - len(self._waiting)

    def has(self, *actions: Action) -> bool:
        """Say whether a call of one of these actions waits or is pending."""
        return self.pending_action in actions or any(o.action in actions for o in self._waiting)

    def opened(self) -> None:
        """Start anew on a fresh connection."""
        assert self._pending is None, "the old connection was not closed"
        self.is_open = True
        self._heard()

    def closed(self) -> None:
        """Fail everything that was under way: the connection is gone."""
        self.is_open = False
        failure = CallFailure(FailureKind.OFFLINE, "the connection to the CSMS was lost")
        lost = list(self._waiting)
        if self._pending is not None:
            lost.insert(0, self._pending.outgoing)
            self._tell(self._pending, Outcome.LOST)
        self._pending = self._leaves_at = None
        self._waiting.clear()
        for outgoing in lost:
            outgoing.on_failure(failure)

    def withdraw(self, *actions: Action) -> None:
        """Take back what waits with one of these actions: it says what is true no longer."""
        self._waiting = [each for each in self._waiting if each.action not in actions]

    def abandon(self, why: str) -> None:
        """Fail every call that has not been sent yet, for this reason."""
        waiting = list(self._waiting)
        self._waiting.clear()
        for outgoing in waiting:
            outgoing.on_failure(CallFailure(FailureKind.OFFLINE, why))

    def pump(self) -> None:
        """Send the next call if none is open: one of those made here, else one of the outbox."""
        if not self.is_open or self._pending or not self._is_time():
            return
        outgoing = self._take()
        if outgoing is None:
            return
        message_id, action = outgoing.message_id or self._turn.new_id(), outgoing.action
        assert message_id not in self._late, "an id stands for one request"
        quirks = self._turn.config.quirks
        text = frame.call_text(message_id, action, outgoing.request)
        text, why = quirks.shaped(text, None, *_habits(quirks, action))
        now = self._turn.now
        # Pending from the decision on, not from when the bytes leave: what comes next in this turn
        # must not be sent as well. Where the disk holds it up, `left_late` starts the wait anew.
        self._pending = _Pending(outgoing, message_id, now, later(now, self._timeout))
        self._journal.sent_call(message_id, action, outgoing.request, text, why)
        # Only what comes from the outbox has a record that is to be on disk before it leaves.
        is_kept = outgoing.message_id is not None
        what = WhileDiskFails.OFFERED_AGAIN if is_kept else WhileDiskFails.LEAVES
        self.send(text, message_id, what)

    def _is_time(self) -> bool:
        """Whether what wants to leave may; one that is late on purpose decides on it only then."""
        late_s = self._turn.config.quirks.answers_late_s
        if not late_s:
            return True
        if not any(map(self._may_send, self._waiting)) and not self._is_outbox_ready():
            self._leaves_at = None
            return False
        if self._leaves_at is None:
            self._leaves_at = later(self._turn.now, late_s)
        if self._turn.now < self._leaves_at:
            return False
        self._leaves_at = None
        return True

    def send(self, text: str, message_id: str, while_disk_fails: WhileDiskFails) -> None:
        """Put a frame on the wire."""
        self.last_sent_at = self._turn.now
        self._turn.emit(Send(text, message_id, while_disk_fails))

    def not_sent(self, message_ids: Collection[str]) -> None:
        """Take a call back that could not leave: that is no attempt."""
        pending = self._pending
        if pending is not None and pending.message_id in message_ids:
            self._pending = None
            words = "the disk takes no records"
            pending.outgoing.on_failure(CallFailure(FailureKind.OFFLINE, words))

    def left_late(self, decided_at: datetime) -> None:
        """Give the CSMS its whole time for a call that was decided upon then, and left only now."""
        pending = self._pending
        if pending is not None and pending.sent_at >= decided_at:
            now = self._turn.now
            deadline = later(now, self._timeout)
            self._pending = replace(pending, sent_at=now, deadline=deadline)

    def note_sign_of_life(self, message_id: str) -> None:
        """Hear an answer to any call that went out, also one too late; before it is recorded."""
        if self._journal.has_request(message_id):
            self._heard()

    def answered(
        self, result: frame.CallResult, text: str | bytes, flaws: tuple[str, ...] = ()
    ) -> None:
        """Take the answer to a call of ours, whatever is wrong with it (wire.md)."""
        settled = self._settle(result.message_id)
        if settled is None:
            why = self._why_ignored(result.message_id)
            self._journal.note(Direction.IN, result, text, why, flaws=flaws, is_ignored=True)
            self._turn.log(LogLevel.INFO, f"an answer came to no open request; {why.text}")
            return
        outgoing = settled.outgoing
        response, more = read_answer(outgoing.action, result.payload)
        flaws += more
        counts = not settled.is_late or (
            outgoing.counts_late is not None and outgoing.counts_late()
        )
        why_late = None
        if settled.is_late:
            why_late = _COUNTS_LATE if counts else self._why_ignored(result.message_id)
        self._journal.note(Direction.IN, result, text, why_late, flaws=flaws, is_ignored=not counts)
        if flaws:
            words = f"the answer to {outgoing.action} has flaws: {'; '.join(flaws)}"
            self._turn.log(LogLevel.WARNING, words)
        if not settled.is_late:
            self._tell(settled, Outcome.ANSWERED)
        # First its own part, then the question whether the CSMS knows us (`recognition`): that one
        # judges by what the outbox and the registration make of the answer.
        outgoing.on_answer(response)
        if not settled.is_late:
            self._tell_settled(outgoing, None)

    def refused(
        self, error: frame.CallError, text: str | bytes, flaws: tuple[str, ...] = ()
    ) -> None:
        """Take a CALLERROR to a call of ours."""
        pending = self._find(error.message_id)
        is_ignored = pending is None or pending.is_late
        if is_ignored:
            reason = self._why_ignored(error.message_id)
        else:
            reason = because(
                "calls.call_error", "J 4.2.3", "the CSMS answered {code}", code=str(error.code)
            )
        self._journal.note(Direction.IN, error, text, reason, flaws=flaws, is_ignored=is_ignored)
        detail = f": {error.description}" if error.description else ""
        self._failed(error.message_id, f"with {error.code}{detail}", error.code)

    def awaited(self, message_id: str) -> Action | None:
        """Give the action of our call with this id, if its answer is still of use; else None."""
        pending = self._find(message_id)
        return pending.outgoing.action if pending else None

    def unreadable(self, message_id: str, data: str | bytes, reason: Reason) -> None:
        """Take what ends a call of ours and cannot be read, like a CALLERROR (wire.md)."""
        flaw = "it is taken like a CALLERROR: it ends the request, and says nothing"
        self._journal.invalid(data, reason, message_id, (f"{reason.text}; {flaw}",))
        words = f"with something that cannot be read: {reason.text}"
        self._failed(message_id, words, ErrorCode.FORMATION_VIOLATION)

    def _failed(self, message_id: str, words: str, code: ErrorCode) -> None:
        settled = self._settle(message_id)
        # Of a call that has timed out the failure was told already.
        if settled is not None and not settled.is_late:
            self._tell(settled, Outcome.CALL_ERROR, str(code))
            outgoing = settled.outgoing
            text = f"the CSMS answered {outgoing.action} {words}"
            failure = CallFailure(FailureKind.CALL_ERROR, text, code)
            outgoing.on_failure(failure)
            self._tell_settled(outgoing, failure)

    def tick(self) -> None:
        """Time the pending call out when it is due."""
        pending = self._pending
        if pending is None or self._turn.now < pending.deadline:
            return
        self._pending = None
        self._tell(pending, Outcome.TIMEOUT)
        outgoing = pending.outgoing
        if self.unanswered is None:
            self.unanswered = UnansweredCall(action=outgoing.action, since=pending.sent_at)
            self._turn.changed("registration")
        if outgoing.counts_late is not None:
            self._late[pending.message_id] = replace(pending, is_late=True)
            if len(self._late) > LATE_MAX:
                self._late.popitem(last=False)
        waited = length(self._timeout.total_seconds())
        text = f"no answer to {outgoing.action} within {waited}"
        self._turn.log(LogLevel.WARNING, text)
        failure = CallFailure(FailureKind.TIMEOUT, text)
        outgoing.on_failure(failure)
        self._tell_settled(outgoing, failure)

    def _tell(self, pending: _Pending, outcome: Outcome, detail: str = "") -> None:
        action = pending.outgoing.action
        self._turn.watcher.settled(action, pending.sent_at, outcome, detail)

    def _take(self) -> Outgoing | None:
        # In order, but what the registration does not permit yet holds nobody else up: while it is
        # Pending only triggered messages may go, and the others wait for their time (S 4.2).
        for index, outgoing in enumerate(self._waiting):
            if self._may_send(outgoing):
                if outgoing.after_start_of and self._starts_soon(outgoing.after_start_of):
                    # StatusNotification(Charging): its StartTransaction goes first.
                    break
                del self._waiting[index]
                return outgoing
        return self._next_from_outbox()

    def _heard(self) -> None:
        """Note that the CSMS answers: no call of ours counts as unanswered any more."""
        if self.unanswered is not None:
            self.unanswered = None
            self._turn.changed("registration")

    def _why_ignored(self, message_id: str) -> Reason:
        """Say why an answer counts for nothing; to be asked before it is recorded."""
        if self._journal.action_of(message_id):
            words = "came too late and counts for nothing: the request was given up before"
            return because("calls.too_late", "J 4.1.1", words)
        return because(
            "calls.not_asked",
            "J 4.1.4",
            "counts for nothing: no request of ours has its message id",
        )

    def _find(self, message_id: str) -> _Pending | None:
        pending = self._pending
        if pending is not None and pending.message_id == message_id:
            return pending
        return self._late.get(message_id)

    def _settle(self, message_id: str) -> _Pending | None:
        """End the call with this id, on time or late."""
        pending = self._find(message_id)
        if pending is self._pending:
            self._pending = None
        elif pending is not None:
            del self._late[message_id]
        if pending is not None:
            self.latency = self._turn.now - pending.sent_at
            self._heard()
        return pending


def _habits(quirks: Quirks, action: Action) -> list[str]:
    """Name the habits that show in a request of an action."""
    names = []
    if action is Action.METER_VALUES and quirks.meter_values_without_transaction:
        names.append("meter_values_without_transaction")
    if action in _WITH_METER and quirks.meter_per_transaction:
        names.append("meter_per_transaction")
    return names


def _carried(outgoing: Outgoing) -> int:
    """Count the characters of a DataTransfer; 0 for anything else, which its schema keeps short."""
    request = outgoing.request
    return len(request.data or "") if isinstance(request, DataTransferRequest) else 0
