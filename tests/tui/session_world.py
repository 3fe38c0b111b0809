"""A charger with a past: sessions of every end, starts that were refused, messages that wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.reason import Reason
from cp_tui.ocpp.datatypes import StopReason
from tests.tui import worlds
from tests.tui.fake_engine import FakeEngine
from tests.tui.worlds import NOW, at

DELIVERED, WAITING, LOST = v.DeliveryState.DELIVERED, v.DeliveryState.WAITING, v.DeliveryState.LOST

OFFLINE = "offline"


def messages(
    start: v.DeliveryState = DELIVERED,
    stop: v.DeliveryState | None = DELIVERED,
    meter_values: tuple[int, int, int] = (4, 0, 0),
    *,
    ended: datetime = NOW,
) -> v.TransactionMessages:
    """How far the messages of a transaction got: MeterValues delivered, waiting, lost."""
    delivered, waiting, lost = meter_values

    def delivery(state: v.DeliveryState, when: datetime) -> v.MessageDelivery:
        confirmed = when + timedelta(seconds=1) if state is DELIVERED else None
        return v.MessageDelivery(state=state, delivered_at=confirmed)

    return v.TransactionMessages(
        start=delivery(start, ended - timedelta(minutes=30)),
        meter_values_delivered=delivered,
        meter_values_waiting=waiting,
        meter_values_lost=lost,
        stop=None if stop is None else delivery(stop, ended),
    )


def past(
    key: str,
    reason: StopReason,
    explanation: Reason | None,
    ended: datetime,
    **changes: object,
) -> v.TransactionEntry:
    """A transaction of half an hour."""
    entry = v.TransactionEntry(
        key=key,
        connector_id=2,
        transaction_id=1200 + int(key[1:]),
        id_tag="04A2B3C4D5",
        started_at=ended - timedelta(minutes=30),
        meter_start_wh=100_000,
        stopped_at=ended,
        meter_stop_wh=105_500,
        energy_wh=5_500,
        stop_reason=reason,
        stop_explanation=explanation,
        delivery=DELIVERED,
        messages=messages(ended=ended),
    )
    return replace(entry, **changes)


def remote_stop() -> Reason:
    """The CSMS ended it."""
    return Reason(id="sessions.remote_stop", rule="S 5.12", text="the CSMS asked to stop it")


def history() -> v.TransactionsView:
    """One runs; others ended in every way."""
    unplugged = Reason(
        id="sessions.ev_disconnected",
        rule="S 4.10",
        text="the vehicle was unplugged and StopTransactionOnEVSideDisconnect is true",
    )
    power = Reason(
        id="transactions.power_loss",
        rule="S 4.10",
        text="the charge point lost power during this transaction",
    )
    operator = Reason(id="operator.stop", rule="cp-tui", text="the operator stopped OCPP")
    given_up = Reason(
        id="outbox.given_up",
        rule="S 9.1.30",
        text="StartTransaction is given up after 3 attempts: the CSMS answered InternalError",
    )
    return v.TransactionsView(
        (
            *worlds.transactions(),
            past("t9", StopReason.REMOTE, remote_stop(), at(12, 58, 40)),
            past("t8", StopReason.EV_DISCONNECTED, unplugged, at(11, 20)),
            past(
                "t7",
                StopReason.POWER_LOSS,
                power,
                at(9, 5),
                transaction_id=None,
                delivery=LOST,
                loss=given_up,
                messages=messages(LOST, DELIVERED, (0, 0, 3), ended=at(9, 5)),
            ),
            past("t6", StopReason.OTHER, operator, at(22, 41, day=4)),
            past("t5", StopReason.LOCAL, None, at(18, 2, 11, day=4), connector_id=1),
        )
    )


def refusals() -> tuple[v.Refusal, ...]:
    """Three starts that were refused, the oldest first."""
    return (
        v.Refusal(
            at=at(12, 59, 1),
            connector_id=2,
            id_tag="04FFEE01",
            by=v.RefusedBy.LOCAL_LIST,
            key="LocalPreAuthorize",
            reason=Reason(
                id="authorization.offline.list_blocked",
                rule="S 3.5.2",
                text="the local list says Blocked for tag 04FFEE01",
            ),
        ),
        v.Refusal(
            at=at(13, 2, 44),
            connector_id=2,
            by=v.RefusedBy.TIMEOUT,
            key="ConnectionTimeOut",
            reason=Reason(
                id="sessions.connection_timeout",
                rule="S 9.1.5",
                text="no tag came within ConnectionTimeOut = 60 s",
            ),
        ),
        v.Refusal(
            at=at(14, 1, 30),
            connector_id=2,
            id_tag="CAFE0007",
            by=v.RefusedBy.CSMS,
            is_remote=True,
            key="AuthorizeRemoteTxRequests",
            reason=Reason(
                id="authorization.csms.invalid",
                rule="S 4.2",
                text="the CSMS answered Invalid for tag CAFE0007",
                values={"status": "Invalid"},
            ),
        ),
    )


def waiting(
    sequence: int, action: str, why: str, since: datetime, **changes: object
) -> v.OutboxEntry:
    """A message that waits."""
    entry = v.OutboxEntry(
        sequence=sequence,
        action=action,
        connector_id=1,
        transaction_key="t1",
        why=why,
        since=since,
        attempts=0,
        attempts_max=3,
    )
    return replace(entry, **changes)


def offline_queue() -> v.OutboxView:
    """The link has been gone for a quarter of an hour."""
    behind = "waits behind older messages"
    return v.OutboxView(
        count=3,
        entries=(
            waiting(41, "MeterValues", OFFLINE, at(13, 50, 12)),
            waiting(42, "MeterValues", behind, at(13, 55, 12)),
            waiting(43, "MeterValues", behind, at(14, 0, 12)),
        ),
    )


def retrying_queue() -> v.OutboxView:
    """The CSMS answers, but with an error."""
    why = "the CSMS answered InternalError; attempt 2 of 3 waits"
    retry = at(14, 4, 12)
    head = waiting(
        41, "StopTransaction", why, at(13, 58), attempts=1, next_attempt_at=retry, connector_id=2
    )
    return v.OutboxView(
        count=2,
        entries=(
            replace(head, transaction_key="t9"),
            waiting(42, "MeterValues", "waits behind older messages", at(14, 0, 12)),
        ),
    )


def normal() -> worlds.World:
    """All is well now, and there is a past."""
    return worlds.healthy() | {"transactions": history()}


def broken() -> worlds.World:
    """No CSMS; the messages of the running transaction wait."""
    running, *others = history()
    offline = replace(
        running,
        delivery=WAITING,
        messages=messages(DELIVERED, None, (2, 3, 0), ended=at(13, 50, 9)),
    )
    return worlds.broken() | {
        "transactions": v.TransactionsView((offline, *others)),
        "outbox": offline_queue(),
    }


def crowded() -> worlds.World:
    """Twelve connectors charge, two thousand transactions are past, two thousand messages wait."""
    running = worlds.transactions()[0]
    charging = [
        replace(running, key=f"r{n}", connector_id=n, transaction_id=5000 + n) for n in range(1, 13)
    ]
    ended = [
        past(f"t{n}", StopReason.REMOTE, remote_stop(), NOW - timedelta(hours=2000 - n))
        for n in range(2000, 0, -1)
    ]
    behind = "waits behind older messages"
    entries = tuple(
        waiting(n, "MeterValues", behind if n > 1 else OFFLINE, at(3) + timedelta(minutes=n))
        for n in range(1, 101)
    )
    return worlds.broken() | {
        "transactions": v.TransactionsView((*charging, *ended)),
        "outbox": v.OutboxView(count=2000, thinned=130, entries=entries),
    }


def engine(world: worlds.World | None = None) -> FakeEngine:
    """An engine on it that tells of the refusals as well."""
    fake = FakeEngine(normal() if world is None else world)
    for refusal in refusals():
        fake.emit("refusals", refusal)
    return fake
