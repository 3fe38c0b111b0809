"""One charge point of a fleet, pure: bytes and time in, bytes and orders out.

Mind and body are those of `cp-tui serve`; the store is in memory, and may have a file behind it.
Whoever runs it, on whatever loop, moves the bytes. After each call from outside it puts
`take_unsaved()` into that file, writes `take_bytes()` into the present stream, then carries out
`take_orders()`, and calls `tick` when `next_deadline()` has come:

    OPEN      make a stream to `endpoint`; tell `stream_opened`, or `stream_failed`
    CLOSE     end the stream once what was written has left
    ABORT     end the stream, or the attempt to make one, here and now
    ABANDON   leave the stream as it is and look at it no more

After each of the last three nothing is told of that stream any more. Orders are carried out one
after the other: a CLOSE may be followed by the OPEN of the next stream.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from cp_tui.charge_point.chance import Chance
from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import (
    CloseLink,
    Download,
    Effect,
    Emit,
    Forget,
    Log,
    MakeCertificateRequest,
    OpenLink,
    Reboot,
    Reconnect,
    Refuse,
    Reply,
    Save,
    Send,
    SetCredentials,
    SetPing,
    StoredRecords,
    Upload,
)
from cp_tui.charge_point.events import (
    CertificateRequestFailed,
    Event,
    PoweredOn,
    Restart,
    Swipe,
    Tick,
    TransferFinished,
)
from cp_tui.charge_point.records import TransactionRecord
from cp_tui.charge_point.station_port import Body
from cp_tui.charge_point.variables import Tls
from cp_tui.charger.charger import Charger, StationAct
from cp_tui.charger.memory_store import MemoryStore, Unsaved
from cp_tui.engine.backoff import Backoff, BackoffSettings
from cp_tui.engine.endpoint import endpoint_at
from cp_tui.engine.link_failure import LinkFailure
from cp_tui.fleet.bill import Bill
from cp_tui.fleet.keyed_chance import KeyedChance
from cp_tui.fleet.station_book import StationBook
from cp_tui.fleet.station_link import StationLink
from cp_tui.fleet.stream_order import OrderKind, StationPhase, StreamOrder
from cp_tui.fleet.watcher import StationWatcher
from cp_tui.fleet.web_socket import Connect
from cp_tui.ocpp.calendar import later
from cp_tui.station.errors import StationError

REPLIES_MAX = 20
"""Answers to commands that nobody has fetched."""
EVENTS_MAX = 1_000
"""Events and lines of a station that somebody watches, and does not fetch."""
TURNS_AT_ONCE_MAX = 1_000
"""How often a station may be due at one instant."""
PAST_MAX = 5
"""Past transactions that a station remembers: the bill has them all."""
SOON_S = 0.1
"""So long it takes to find that something cannot be done."""
NO_FILES = "a charge point of a fleet has no files"
NO_KEYS = "a charge point of a fleet makes no keys"


class FleetStation:
    """A charge point with its connection; no call waits, and none may come from within another."""

    def __init__(
        self,
        id: str,
        config: ChargePointConfig,
        *,
        seed: int,
        watcher: StationWatcher,
        backoff: BackoffSettings | None = None,
        connect: Connect | None = None,
        bill: Bill | None = None,
        store: MemoryStore | None = None,
    ) -> None:
        """Build it, without power; raises `EndpointError` where the URL cannot be used.

        `bill`: what it enters its transactions in; many stations may share one. All that is left
        to chance comes from `seed` and the id. `store`: what an earlier life has left.
        """
        self.id = id
        self.bill = Bill() if bill is None else bill
        self.connectors = len(config.connectors)
        self.phase = StationPhase.OFF
        self.is_on = False
        self._is_watched = False
        self._chance = KeyedChance(seed, id)
        self._watcher = watcher
        self._book = StationBook(id, watcher, self.bill)
        self._store = store or MemoryStore()
        stored = self._store.load()
        self.has_past = any(stored.values())
        """It has lived before, in an earlier run."""
        self._book.take_over(stored)
        self.charger = Charger(config, stored, self._chance, mind=self._mind, keeps_power=False)
        self._link = StationLink(
            endpoint_at(config.url, id),
            connect or Connect(),
            Backoff(self._chance, backoff or BackoffSettings()),
            watcher,
        )
        self._has_booted = False
        self._is_due_known = False
        self._mind_due: datetime | None = None
        self._on_since: datetime | None = None
        """When the power came, until the CSMS has accepted the station."""
        self._must_boot = False
        self._soon: list[tuple[datetime, Event]] = []
        self._requests = 0
        self._replies: dict[int, Reply | Refuse] = {}
        self._events: list[Emit | Log] = []

    @property
    def is_open(self) -> bool:
        """Whether the WebSocket is open."""
        return self._link.is_open

    @property
    def last_error(self) -> str:
        """Why the newest attempt or connection ended, in words."""
        return "" if self._link.error is None else self._link.error.text

    @property
    def error_at(self) -> datetime | None:
        """When that was."""
        return None if self._link.error is None else self._link.error.at

    @property
    def link(self) -> StationLink:
        """Its connection, to be looked at."""
        return self._link

    def try_now(self, now: datetime) -> bool:
        """Connect at once instead of waiting; False: it was not waiting."""
        if self._link.retry_at is None:
            return False
        self._link.hurry(now)
        self._follow(now)
        return True

    @property
    def is_watched(self) -> bool:
        """Whether somebody fetches events and looks at power; neither is kept else."""
        return self._is_watched

    @is_watched.setter
    def is_watched(self, is_watched: bool) -> None:
        self._is_watched = is_watched
        self.charger.keep_power(keeps=is_watched)
        self._events.clear()

    @property
    def is_accepted(self) -> bool:
        """Whether it is connected, and the CSMS has accepted it."""
        return self.is_open and self.charger.mind.is_accepted

    @property
    def transactions(self) -> int:
        """How many transactions run."""
        return self.charger.mind.running_transactions

    def transaction(self, connector_id: int) -> TransactionRecord | None:
        """Give the transaction that runs at a connector."""
        return self.charger.mind.transaction(connector_id)

    @property
    def missing(self) -> list[int | None]:
        """The transactionIds of those that are not acknowledged in full; None: it has none."""
        return self._book.missing

    @property
    def queue(self) -> int:
        """How many messages wait for the CSMS to confirm them."""
        return self.charger.mind.waiting_messages

    def power_on(self, now: datetime) -> None:
        """Boot."""
        assert not self.is_on
        if not self._has_booted:
            self._has_booted = True
            self._chance.booted(now)
        self.is_on = True
        self._on_since = now
        self._handle(PoweredOn(keys=frozenset()), now)
        self._follow(now)

    def power_off(self, now: datetime) -> None:
        """Cut the power: what was saved stays, and so do the cables."""
        assert self.is_on
        self.is_on = False
        self._on_since = None
        self._forget(OrderKind.ABORT, now)
        self._follow(now)

    def start_over(self, now: datetime) -> None:
        """Boot after an error inside, as a watchdog does: the mind is made anew from the store."""
        if self.is_on:
            self._boot(now, after_failure=True)
            self._follow(now)

    def stream_opened(
        self,
        now: datetime,
        began_at: datetime | None = None,
        tls: Tls | None = None,
        chain: tuple[str, ...] = (),
    ) -> None:
        """Take that TCP, and TLS where it is wanted, stands.

        `began_at`: when somebody began to connect, if that was later than the order; `tls`, `chain`
        as in `LinkOpened`.
        """
        self._hear(self._link.stream_opened(now, began_at, tls, chain), now)

    def stream_failed(self, failure: LinkFailure, now: datetime) -> None:
        """Take that there is no stream, with the step that failed."""
        self._hear(self._link.stream_failed(failure, now), now)

    def bytes_received(self, data: bytes, now: datetime) -> None:
        """Take what the CSMS has written."""
        for event in self._link.receive(data, now):
            self._handle(event, now)
        self._follow(now)

    def eof_received(self, now: datetime) -> None:
        """Take that the CSMS writes no more."""
        self.stream_lost("", now)

    def stream_lost(self, why: str, now: datetime) -> None:
        """Take that the stream is gone; `why` is empty where nobody knows."""
        self._link.lost(why)
        self._follow(now)

    def tick(self, now: datetime) -> None:
        """Do all that is due by now."""
        if not self.is_on:
            return
        self._link.tick(now)
        due = [event for at, event in self._soon if at <= now]
        if due:
            self._soon = [each for each in self._soon if each[0] > now]
        for event in due:
            self._handle(event, now)
        # A ping or an attempt to connect is no affair of the mind.
        mind_due = self._mind_deadline()
        if mind_due is not None and mind_due <= now:
            self._handle(Tick(), now)
        self._follow(now)

    def act(self, act: StationAct, now: datetime) -> None:
        """Do something at the station; raises `StationError` where that is impossible."""
        self._check_power()
        self._turn(lambda: self.charger.act(act, now), now)
        self._follow(now)

    def command(self, event_of: Callable[[int], Event], now: datetime) -> int:
        """Give the mind a command; `take_reply` of the number has its answer.

        Raises `StationError` where there is no power.
        """
        self._check_power()
        self._requests += 1
        self._handle(event_of(self._requests), now)
        self._follow(now)
        return self._requests

    def keep_waiting(self) -> None:
        """Note that somebody has plugged in, and no energy flows so far."""
        self._book.kept_waiting()

    def swipe(
        self, connector_id: int | None, id_tag: str, now: datetime, *, is_awaited: bool = True
    ) -> int:
        """Show a tag at a connector, or at the reader of all; as `command`.

        Where it is not awaited there is no answer, and the number is 0.
        """
        self._check_power()
        self._book.swiped(connector_id, now)
        swiped = partial(Swipe, id_tag=id_tag, connector_id=connector_id, wait=is_awaited)
        if is_awaited:
            return self.command(swiped, now)
        self._hear(swiped(0), now)
        return 0

    def take_reply(self, request: int) -> Reply | Refuse | None:
        """Hand over the answer to a command; None: there is none yet."""
        return self._replies.pop(request, None)

    def reconnect(self, now: datetime) -> None:
        """Close the connection in order; the back-off opens the next one."""
        self._link.end_present(now)
        self._follow(now)

    def cut(self, now: datetime, why: str = "the network cable was pulled") -> None:
        """Pull the network cable: nothing reaches anybody, nor is tried, until `restore`."""
        self._link.cut(why)
        self._follow(now)

    def restore(self, now: datetime) -> None:
        """Put the network cable back; the back-off begins anew and says when it is tried."""
        self._link.restore(now)
        self._follow(now)

    @property
    def is_stopped(self) -> bool:
        """Whether an operator has ended all communication."""
        return self.charger.mind.is_stopped

    def restart(self, now: datetime) -> None:
        """Communicate again after a stop by an operator."""
        self._hear(Restart(0), now)

    def set_backoff(self, settings: BackoffSettings) -> None:
        """Wait by these numbers from the next attempt on."""
        self._link.backoff = Backoff(self._chance, settings)

    def next_deadline(self) -> datetime | None:
        """Say when `tick` is due at the latest."""
        if not self.is_on:
            return None
        deadlines = [self._mind_deadline(), self._link.deadline]
        deadlines += [at for at, _ in self._soon]
        return min((each for each in deadlines if each is not None), default=None)

    def _mind_deadline(self) -> datetime | None:
        """Work out when mind and body are due, once after each turn: a look costs half a tick."""
        if not self._is_due_known:
            self._mind_due = self.charger.next_deadline()
            self._is_due_known = True
        return self._mind_due

    def take_unsaved(self) -> Unsaved:
        """Hand over the records on which rest the bytes and orders that are taken next."""
        return self._store.take_unsaved()

    def take_bytes(self) -> list[bytes]:
        """Hand over what is to be written into the present stream."""
        return self._link.take_bytes()

    def take_orders(self) -> list[StreamOrder]:
        """Hand over what is to be done with streams."""
        return self._link.take_orders()

    def take_events(self) -> list[Emit | Log]:
        """Hand over the events and lines since the last time, while it `is_watched`."""
        found, self._events = self._events, []
        return found

    def take_changed(self) -> set[str]:
        """Hand over the names of the variables that may have changed."""
        return self.charger.take_changed()

    def variable(self, name: str, now: datetime) -> Any:
        """Work out a variable; raises `KeyError` where the mind has none of this name."""
        return self.charger.mind.view(name, now)

    def _mind(
        self, config: ChargePointConfig, body: Body, stored: StoredRecords, chance: Chance
    ) -> ChargePoint:
        return ChargePoint(config, body, stored, chance, self._book, PAST_MAX)

    def _check_power(self) -> None:
        if not self.is_on:
            raise StationError("the charge point has no power")

    def _hear(self, event: Event | None, now: datetime) -> None:
        if event is not None:
            self._handle(event, now)
        self._follow(now)

    def _handle(self, event: Event, now: datetime) -> None:
        # What comes between the decision to boot and the boot reaches nobody.
        if not self._must_boot:
            self._turn(lambda: self.charger.handle(event, now), now)

    def _turn(self, decide: Callable[[], list[Effect]], now: datetime) -> None:
        """One turn: what it brings is saved before anything of it leaves."""
        self._is_due_known = False
        self._book.begin(now)
        effects = decide()
        self._store.commit(effects)
        self._book.end(effects)
        for effect in effects:
            self._carry_out(effect, now)

    def _carry_out(self, effect: Effect, now: datetime) -> None:
        match effect:
            case Save() | Forget():
                pass
            case Send(text):
                self._link.send(text)
            case Emit() | Log():
                if self._is_watched:
                    self._events.append(effect)
                    del self._events[:-EVENTS_MAX]
            case Reply(request) | Refuse(request):
                self._replies[request] = effect
                if len(self._replies) > REPLIES_MAX:
                    del self._replies[next(iter(self._replies))]
            case OpenLink():
                self._link.open(now)
            case CloseLink():
                self._link.close(now)
            case Reconnect():
                self._link.end_present(now)
                self._link.hurry(now)
            case SetPing(interval_s):
                self._link.set_ping(interval_s, now)
            case SetCredentials():
                self._link.sent = effect
            case Reboot():
                self._must_boot = True
            case Download(transfer_id) | Upload(transfer_id):
                failed = TransferFinished(transfer_id, False, NO_FILES)
                self._soon.append((later(now, SOON_S), failed))
            case MakeCertificateRequest(key_id):
                refused = CertificateRequestFailed(key_id, NO_KEYS)
                self._soon.append((later(now, SOON_S), refused))
            case _:
                pass

    def _follow(self, now: datetime) -> None:
        """Do what is left to do with the link and the power, until nothing is."""
        for _ in range(TURNS_AT_ONCE_MAX):
            if self._must_boot:
                self._boot(now, after_failure=False)
            elif (event := self._link.step(now)) is not None:
                self._handle(event, now)
            else:
                break
        self.phase = self._present_phase()
        if self._on_since is not None and self.is_accepted:
            self._watcher.accepted((now - self._on_since).total_seconds())
            self._on_since = None

    def _present_phase(self) -> StationPhase:
        if not self.is_on:
            return StationPhase.OFF
        if not self.is_open:
            is_connecting = self._link.is_connecting
            return StationPhase.CONNECTING if is_connecting else StationPhase.WAITING
        if not self.charger.mind.is_accepted:
            return StationPhase.OPEN
        return StationPhase.CHARGING if self.transactions else StationPhase.ACCEPTED

    def _boot(self, now: datetime, *, after_failure: bool) -> None:
        """Lose what is in memory, and come up again at once."""
        self._forget(OrderKind.CLOSE, now)
        self._on_since = now
        self._handle(PoweredOn(after_failure=after_failure, keys=frozenset()), now)

    def _forget(self, kind: OrderKind, now: datetime) -> None:
        self._must_boot = self._is_due_known = False
        self._link.forget(kind, now)
        self._soon.clear()
        self._replies.clear()
        self.charger.lose_power(self._store.load(), now)
