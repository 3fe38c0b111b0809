"""One run: a whole charge point, its CSMS, the network, people and the power, from one seed.

Time is virtual and moves from one thing that happens to the next. `run` makes things go wrong,
then lets everything be well, and checks what must be true at every moment and in the end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.charge_point.effects import (
    CloseLink,
    Download,
    Effect,
    ForgetKey,
    InspectFile,
    MakeCertificateRequest,
    OpenLink,
    Reboot,
    Reconnect,
    Reply,
    Send,
    SetCredentials,
    SetPing,
    Upload,
)
from cp_tui.charge_point.events import (
    AnswerUnread,
    Event,
    FileInspected,
    FrameReceived,
    LinkClosed,
    LinkFailed,
    LinkOpened,
    PoweredOn,
    Restart,
    Stop,
    Tick,
    TransferFinished,
)
from cp_tui.charge_point.variables import LinkFault
from cp_tui.charger.charger import Charger
from cp_tui.charger.memory_store import MemoryStore
from cp_tui.library.agenda import VirtualAgenda
from cp_tui.library.virtual_network import VirtualConnection, VirtualNetwork
from cp_tui.station.errors import StationError
from tests.acts import act_of
from tests.charge_point.rig import NEW_FIRMWARE, swiped
from tests.simulation import ending, troublemaker
from tests.simulation.checks import Checker
from tests.simulation.csms import ModelCsms
from tests.simulation.fault_points import DefectError, FaultPoints
from tests.simulation.options import Options, Trouble, replay_words
from tests.simulation.security import Door

if TYPE_CHECKING:
    from pydantic import JsonValue

T0 = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
TICKS_AT_ONCE_MAX = 5
TRACE_MAX = 40
CRASH_CHANCE = 0.01
FAULT_CHANCE = 0.05


class PowerFailedError(Exception):
    """The power went in the middle of something; what was not committed is lost."""


class Simulation:
    """A world with one charger in it."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.now = T0
        self.random = Random(f"world {options.seed}")
        self.store = MemoryStore()
        self.agenda = VirtualAgenda()
        near_s = (0.0, 2 * self.random.choice((0.02, 0.5)))
        self.network = VirtualNetwork(self, self.agenda, options.weather, options.seed, near_s)
        self.csms = ModelCsms(options, self, self.network, self.random)
        self.checker = Checker(options, Random(f"checks {options.seed}"))
        self.trace: deque[str] = deque(maxlen=TRACE_MAX)
        self.pending_requests: dict[int, Reply] = {}
        self.faults = FaultPoints(Random(f"faults {options.seed}"), FAULT_CHANCE, options.faulty)
        self.door = Door(Random(f"door {options.seed}"))
        self.next_crash: Trouble | None = None
        """Where the power goes as soon as something is handled."""
        self.is_quiet = False
        """No more trouble: the time to come to rest."""
        self._unseen: set[str] = set()
        """Variables that have changed and that nobody has seen yet."""
        self._numbers = count(1)
        self._asked: dict[int, Event] = {}
        self._ticks_now = 0
        self.boots = 1
        self.charger = self._new_charger()
        self.handle(PoweredOn(keys=frozenset(self.door.keys)))

    def run(self) -> None:
        """Make trouble, let everything come to rest, and check the end."""
        if self.options.has(Trouble.DEFECTS):
            with self.faults.laid():
                self._run()
        else:
            self._run()

    def _run(self) -> None:
        step = 0
        try:
            for step in range(self.options.steps):
                self.note(f"step {step}")
                self._guarded(partial(troublemaker.act, self))
                self.after(self.random.expovariate(1.0 / self.options.pace_s))
            ending.come_to_rest(self)
            ending.check(self)
            ending.check_use(self)
        except Exception as error:
            trace = "\n  ".join(self.trace)
            words, again = f"{type(error).__name__}: {error}", replay_words(self.options)
            raise AssertionError(
                f"{words}\n{self.options}\n  {again}\n  at step {step}, {self.now}\n  {trace}"
            ) from error

    def after(self, seconds: float) -> None:
        """Let time pass, and happen what is due."""
        end = self.now + timedelta(seconds=seconds)
        while True:
            tick_at, other_at = self.charger.next_deadline(), self.agenda.due
            is_tick = tick_at is not None and (other_at is None or tick_at <= other_at)
            due = tick_at if is_tick else other_at
            if due is None or due > end:
                break
            if due > self.now:
                self.now, self._ticks_now = due, 0
            if is_tick:
                self._ticks_now += 1
                assert self._ticks_now <= TICKS_AT_ONCE_MAX, f"the deadline {tick_at} stays"
                self.handle(Tick())
            else:
                self._guarded(self.agenda.pop())
        self.now, self._ticks_now = end, 0

    def note(self, line: str) -> None:
        """Remember what happened, for the text of a failure."""
        self.trace.append(f"{self.now:%d %H:%M:%S.%f} {line}")

    def handle(self, event: Event) -> None:
        """Give the charger an event and carry out what follows."""
        self._guarded(lambda: self._handle(event))

    def act(self, method: str, **params: JsonValue) -> None:
        """Do something at the station, where that is possible."""

        def do() -> None:
            if method == "swipe":
                self._handle(swiped(params))
                return
            with suppress(StationError):
                self._turn(None, lambda: self.charger.act(act_of(method, **params), self.now))

        self._guarded(do)

    def command(self, make: Callable[[int], Event]) -> int:
        """Give an operator's command; its reply comes under this number."""
        number = next(self._numbers)
        event = make(number)
        self._asked[number] = event
        self.handle(event)
        return number

    def _handle(self, event: Event) -> None:
        self._turn(event, lambda: self.charger.handle(event, self.now))

    def _turn(self, event: Event | None, decide: Callable[[], list[Effect]]) -> None:
        """One turn, whole or not at all, as the machine has it; an act at the station is None."""
        try:
            with self.faults.turn(may_fail=self.has_defects):
                effects = decide()
        except DefectError as defect:
            self.note(f"DEFECT {defect} in {event}")
            self._failed(event, str(defect))
        else:
            self._carry_out(effects)

    def _failed(self, event: Event | None, defect: str) -> None:
        """Answer what a turn that failed owes, and boot anew."""
        unread = None
        if isinstance(event, FrameReceived):
            effects = self.charger.met_error(event.data, defect, self.now)
            self._carry_out(effects, is_whole=False)
            unread = AnswerUnread(event.data, defect)
        self.power_cycle(after_failure=True)
        if unread is not None:
            self.checker.counts_again()
            self._handle(unread)

    @property
    def has_defects(self) -> bool:
        """Whether the mind may fail now."""
        return self.options.has(Trouble.DEFECTS) and not self.is_quiet

    def _guarded(self, do: Callable[[], None]) -> None:
        try:
            do()
        except PowerFailedError as failure:
            self.note(f"CRASH {failure}")
            self.kill()

    def _carry_out(self, effects: Sequence[Effect], *, is_whole: bool = True) -> None:
        """Do what the shell does; nobody looks at a mind of which a turn has failed."""
        calls = self.checker.decided(effects, self.now, self._integer("MessageTimeout"))
        self._maybe_crash(Trouble.CRASH_BEFORE_COMMIT)
        self.store.commit(effects)
        self.checker.committed(
            effects,
            self._integer("TransactionMessageAttempts"),
            self._integer("WaitingMeterValuesMax"),
        )
        for effect in effects:
            if isinstance(effect, Reply):
                self._replied(effect)
        if is_whole:
            self._look()
        self._maybe_crash(Trouble.CRASH_BEFORE_SEND)
        for call in calls:
            self.checker.delivery.sent(call)
        for effect in effects:
            self._order(effect)
        if any(isinstance(effect, Reboot) for effect in effects):
            self.power_cycle()

    def _look(self) -> None:
        """Look at what may have changed; an error of ours there leaves it for the next time."""
        mind = self.charger.mind
        self._unseen |= self.charger.take_changed()
        seen = {}
        for name in sorted(self._unseen):
            try:
                with self.faults.turn(may_fail=self.has_defects):
                    seen[name] = mind.view(name, self.now)
            except DefectError as defect:
                self.note(f"DEFECT {defect} in {name}")
        self._unseen -= seen.keys()
        self.checker.published(seen, self._unseen)

    def _order(self, effect: Effect) -> None:
        match effect:
            case Send(text):
                self.note(f"-> {text[:200]}")
                self.network.send(text)
            case OpenLink():
                self.network.open()
            case CloseLink():
                self.network.close()
            case Reconnect():
                self.network.reconnect()
            case SetPing(interval_s):
                self.network.set_ping(interval_s)
            case SetCredentials():
                self.door.tell(effect)
            case MakeCertificateRequest():
                self._make_key(effect)
            case ForgetKey(key_id):
                self.door.keys.discard(key_id)
            case Download() | Upload():
                self._later(60.0, self._transferred(effect))
            case InspectFile():
                self._later(2.0, FileInspected(effect.inspection_id, NEW_FIRMWARE))
            case _:
                pass

    def _make_key(self, wanted: MakeCertificateRequest) -> None:
        """Make a private key, which takes a while; a boot in between hears nothing of it."""
        self._later(2.0, self.door.make_key(wanted))

    def _transferred(self, transfer: Download | Upload) -> TransferFinished:
        """Move a file, well or not."""
        if self.random.random() < 0.3:
            return TransferFinished(transfer.transfer_id, False, "the server does not answer")
        facts = NEW_FIRMWARE if isinstance(transfer, Download) else None
        return TransferFinished(transfer.transfer_id, True, "done", facts)

    def _later(self, seconds_max: float, event: Event) -> None:
        """Tell something after a while; a boot in between hears nothing of it."""
        boot = self.boots

        def tell() -> None:
            if boot == self.boots:
                self._handle(event)

        wait = timedelta(seconds=self.random.uniform(0.0, seconds_max))
        self.agenda.at(self.now + wait, tell)

    def _replied(self, reply: Reply) -> None:
        assert reply.request not in self.pending_requests, f"a second reply: {reply}"
        self.pending_requests[reply.request] = reply
        asked = self._asked.pop(reply.request)
        if isinstance(asked, Stop) and reply.result is True:
            self.checker.stopped(self.now)
        elif isinstance(asked, Restart) and reply.result is True:
            self.checker.restarted(self.now)

    def _maybe_crash(self, trouble: Trouble) -> None:
        is_possible = self.options.has(trouble) and not self.is_quiet
        is_due = is_possible and self.random.random() < CRASH_CHANCE
        if is_due or trouble is self.next_crash:
            self.next_crash = None
            raise PowerFailedError(trouble)

    def _integer(self, key: str) -> int:
        known, _ = self.charger.mind.get_configuration_keys([key])
        return int(known[0].value or "0")

    def power_cycle(self, *, after_failure: bool = False) -> None:
        """Boot again from the store; the body stays as it is."""
        forget = partial(self.charger.lose_power, self.store.load(), self.now)
        self._boot(forget, after_failure=after_failure)

    def kill(self) -> None:
        """End the program, body and all; a new one starts from the store."""
        self.charger = self._new_charger()
        self._boot(lambda: None)

    def _boot(self, forget: Callable[[], None], *, after_failure: bool = False) -> None:
        self.note("boots")
        self.boots += 1
        self.network.lose_power()
        self._asked.clear()
        forget()
        self.checker.booted()
        self.handle(PoweredOn(after_failure, frozenset(self.door.keys)))

    def _new_charger(self) -> Charger:
        self.charger_random = Random(self.random.getrandbits(64))
        config, stored = self.options.config(), self.store.load()
        return Charger(config, stored, self.charger_random, mind=ChargePoint)

    @property
    def open_requests(self) -> list[Event]:
        """Give the operator's commands that nobody answered."""
        return list(self._asked.values())

    def may_connect(self) -> bool:
        """The CSMS is asked to let the charger in; one without security lets everybody in."""
        if not self.options.has(Trouble.SECURITY):
            return True
        outcome = self.door.outcome()
        if isinstance(outcome, LinkFailed):
            self.note(f"link failed: {outcome.text}")
            self._handle(outcome)
        return isinstance(outcome, LinkOpened)

    def dial_failed(self, text: str) -> None:
        """The weather let an attempt to connect fail."""
        self.note(f"link failed: {text}")
        self._handle(LinkFailed(LinkFault.OTHER, text))

    def link_opened(self) -> None:
        """The charger's connection is open."""
        self.note("link opened")
        opened = self.door.outcome() if self.options.has(Trouble.SECURITY) else LinkOpened()
        assert isinstance(opened, LinkOpened)
        self._handle(opened)

    def link_closed(self) -> None:
        """The charger's connection is gone."""
        self.note("link closed")
        self.checker.calls.link_closed()
        self._handle(LinkClosed())

    def charge_point_receives(self, text: str | bytes) -> None:
        """A frame reaches the charger."""
        self.note(f"<- {text[:200]!r}")
        self.checker.arrives(text)
        self._handle(FrameReceived(text))

    def csms_opened(self, connection: VirtualConnection) -> None:
        """The CSMS sees the charger."""
        self.csms.opened(connection)

    def csms_closed(self, connection: VirtualConnection) -> None:
        """The CSMS sees it no more."""
        self.csms.closed(connection)

    def csms_receives(self, connection: VirtualConnection, text: str) -> None:
        """A frame reaches the CSMS."""
        self.csms.receives(connection, text)
