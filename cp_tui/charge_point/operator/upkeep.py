"""What the operator takes away: a wait, a message that waits, the cached tags, a reservation.

Each leaves a trace in the log, and says at the place it concerns who wanted it.
"""

from __future__ import annotations

from cp_tui.charge_point.components import Components
from cp_tui.charge_point.effects import LogLevel, Refuse, Reply
from cp_tui.charge_point.events import (
    CancelReservation,
    ClearAuthorizationCache,
    DropMessage,
    TryNow,
)
from cp_tui.charge_point.reason import Reason, because
from cp_tui.ocpp.datatypes import CancelReservationStatus

OPERATOR = "the operator"


def try_now(components: Components, event: TryNow) -> None:
    """Boot, or send the oldest message again, without waiting; False where neither waits so."""
    action = components.outbox.try_now()
    if components.registration.try_now():
        text = "BootNotification is sent at once (S 4.2 would have it wait)"
        reason = Reason(id="registration.tried_now", rule="S 4.2", text=text)
        components.turn.emit(Reply(event.request, True, reason))
        return
    if action is None:
        text = "neither the link, nor a boot, nor a message waits for its time"
        reason = Reason(id="outbox.nothing_to_try", rule="cp-tui", text=text)
    else:
        text = "{action} is sent again at once, the others follow"
        reason = because("outbox.tried_now", "S 3.7.1", text, action=action)
    components.turn.emit(Reply(event.request, action is not None, reason))


def drop_message(components: Components, event: DropMessage) -> None:
    """Give up a transaction message: the CSMS will never see it (S 3.7 is broken on purpose)."""
    problem = components.outbox.drop(event.sequence)
    if problem is not None:
        reason = Reason(id="outbox.not_dropped", rule="S 3.7", text=problem)
        components.turn.emit(Refuse(event.request, reason))
        return
    reason = because(
        "outbox.dropped",
        "S 3.7",
        "message {sequence} was dropped by {by}; the CSMS will not learn of it",
        sequence=event.sequence,
        by=OPERATOR,
    )
    components.turn.emit(Reply(event.request, True, reason))


def clear_authorization_cache(components: Components, event: ClearAuthorizationCache) -> None:
    """Forget all cached tags, also where the cache is not in use."""
    count = components.authorization_cache.clear()
    reason = because(
        "authorization.cache.cleared_locally",
        "S 3.5.1",
        "{by} cleared the authorization cache, {count:tag} in it",
        by=OPERATOR,
        count=count,
    )
    components.turn.log(LogLevel.WARNING, reason.text)
    components.turn.emit(Reply(event.request, count, reason))


def cancel_reservation(components: Components, event: CancelReservation) -> None:
    """End a reservation; the CSMS is not told, there is no message for it."""
    status, reason = components.reservations.cancel(event.reservation_id, by=OPERATOR)
    if status is CancelReservationStatus.ACCEPTED:
        components.turn.emit(Reply(event.request, True, reason))
    else:
        components.turn.emit(Refuse(event.request, reason))
