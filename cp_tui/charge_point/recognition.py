"""Whether the CSMS still knows this charge point (JE 3.10).

A CSMS that was started anew, or that has lost its memory, answers SecurityError to everything but
BootNotification; others say NotSupported or InternalError. Once two requests in a row got such an
answer, or one was the last attempt of a transaction message, it is asked with something that does
no harm: a Heartbeat, or the status of connector 0 where it was the Heartbeat that failed. If that
fails alike, or three in a row got SecurityError, it has forgotten us: the registration is over, and
BootNotification goes out again. What transaction messages were refused meanwhile is no attempt of
theirs, and none is given up before it is clear.

No rule may go round for ever. A CSMS that accepts the boot and goes on refusing is asked again only
after 30 s, then after twice as long each time, up to 300 s; only a CALLRESULT ends this, and only
after the CSMS has known us for 300 s. Nor is a boot any use to a CSMS that took something since the
last one and refuses other messages, unless it says SecurityError. A message is forgiven three
times; when the CSMS has answered anything since, its attempts count as S 3.7.1 has it. A CALLERROR
of another kind says nothing, but as the answer to what is asked it is a refusal like the others. A
Heartbeat that is answered proves nothing beside refusals: its handler seldom checks who asks.
"""

from __future__ import annotations

from collections.abc import Callable

from cp_tui.charge_point.calls import CallFailure, FailureKind, Outgoing
from cp_tui.charge_point.outbox import Outbox
from cp_tui.charge_point.registration import Registration
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.errors import FORGOTTEN_SIGNS, UNKNOWN_MESSAGE, ErrorCode

FEW = 3
"""This many SecurityErrors in a row mean that the CSMS has forgotten this charge point."""
ASKED_FROM = 2


class Recognition:
    """Follows what the CSMS answers to everything but BootNotification."""

    def __init__(
        self, registration: Registration, outbox: Outbox, *, tell_status: Callable[[], None]
    ) -> None:
        self._registration = registration
        self._outbox = outbox
        self._tell_status = tell_status
        self._refusals: list[tuple[Action, ErrorCode]] = []
        """Since the last answer that shows that the CSMS knows us."""
        self._asked: Action | None = None
        """What it was asked with, until that is answered."""
        self._has_taken = False
        """The CSMS has taken something since it forgot us last."""

    def settled(self, outgoing: Outgoing, failure: CallFailure | None) -> None:
        """Learn from the end of a call; its own part has been told already."""
        if outgoing.is_boot or not self._registration.is_accepted:
            return
        if failure is not None and failure.kind is FailureKind.OFFLINE:
            return
        is_event = outgoing.action is Action.SECURITY_EVENT_NOTIFICATION
        if is_event and failure is not None and failure.code in UNKNOWN_MESSAGE:
            # It has no security: that says nothing about whether it knows us.
            return
        if failure is not None and failure.code in FORGOTTEN_SIGNS:
            self._refused(outgoing.action, failure.code)
        elif failure is None and outgoing.action is Action.HEARTBEAT and self._refusals:
            # Of all handlers it is the one that most often checks nothing: something else is asked.
            if self._asked is Action.HEARTBEAT:
                self._asked = None
                self._ask(Action.HEARTBEAT)
        elif failure is None:
            self._has_taken = True
            self._registration.is_known()
            self._known()
        elif failure.kind is FailureKind.CALL_ERROR and failure.code is not None:
            if outgoing.action is self._asked:
                self._refused(outgoing.action, failure.code)
            elif self._outbox.is_held:
                self._ask(outgoing.action)
        elif self._asked is not None:
            # Silence tells nothing: what waits for the answer goes by S 3.7.1.
            self._asked = None
            self._outbox.settle_doubt()

    def link_closed(self) -> None:
        """Doubt no longer: what was asked gets no answer."""
        self._asked = None
        self._outbox.end_doubt()

    def _known(self) -> None:
        self._refusals.clear()
        self._asked = None
        self._outbox.known()

    def _refused(self, action: Action, code: ErrorCode) -> None:
        self._refusals = [*self._refusals, (action, code)][-2 * FEW :]
        actions = sorted({str(each) for each, _ in self._refusals})
        codes = sorted({str(each) for _, each in self._refusals})
        is_clear = len(self._refusals) >= FEW and codes == [ErrorCode.SECURITY_ERROR]
        if is_clear or (len(actions) > 1 and (self._asked or len(self._refusals) >= FEW)):
            self._refusals.clear()
            self._asked = None
            is_sure = codes == [ErrorCode.SECURITY_ERROR]
            if self._registration.was_forgotten and self._has_taken and not is_sure:
                self._outbox.settle_doubt()
                return
            self._has_taken = False
            self._outbox.forgive()
            words = f"the CSMS answers {' and '.join(actions)} with {' and '.join(codes)}"
            self._registration.forgotten(words)
        elif len(self._refusals) >= ASKED_FROM or self._outbox.is_held:
            self._ask(action)

    def _ask(self, after: Action) -> None:
        """Ask whether it knows us with another action than the one that it has just refused."""
        if self._asked is not None:
            return
        if after is Action.HEARTBEAT:
            self._asked = Action.STATUS_NOTIFICATION
            self._tell_status()
        else:
            self._asked = Action.HEARTBEAT
            self._registration.heartbeat()
