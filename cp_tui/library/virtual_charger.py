"""A charge point in virtual time: no socket, no disk, no waiting, and the same again from a seed.

Time stands still but where a test lets it pass; then it goes from one thing that happens to the
next, so that a day costs milliseconds. Mind and body are the real ones, saved before they send.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count
from random import Random
from typing import Any, Self, TypeVar

from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.charge_point.effects import (
    CloseLink,
    Download,
    Effect,
    Emit,
    MakeCertificateRequest,
    OpenLink,
    Reboot,
    Reconnect,
    Refuse,
    Reply,
    Send,
    SetPing,
    Upload,
)
from cp_tui.charge_point.events import (
    CertificateRequestFailed,
    Event,
    FrameReceived,
    LinkClosed,
    LinkFailed,
    LinkOpened,
    PoweredOn,
    Tick,
    TransferFinished,
    TryNow,
)
from cp_tui.charge_point.variables import (
    LinkFault,
    LinkPhase,
    LinkView,
    NetworkView,
    NotedFrame,
    WeatherEntry,
)
from cp_tui.charger.charger import Charger
from cp_tui.charger.memory_store import MemoryStore
from cp_tui.engine.command import Act, Ask, find
from cp_tui.engine.commands import COMMANDS
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.operations import Operations
from cp_tui.library import passed_on
from cp_tui.library.agenda import VirtualAgenda
from cp_tui.library.commands import SyncCommands
from cp_tui.library.looks import Looks
from cp_tui.library.tables import tables_of
from cp_tui.library.virtual_csms import CALL, CALL_RESULT, CsmsFunction, answer_text, friendly_csms
from cp_tui.library.virtual_network import VirtualConnection, VirtualNetwork
from cp_tui.library.wait_failed import wait_failed
from cp_tui.network.weathers import FAIR, find_weather
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.length import length
from cp_tui.settings.load import load_tables
from cp_tui.station.errors import StationError

T = TypeVar("T")

BEGIN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""A Monday; every virtual charge point begins there unless it is told otherwise."""
TICKS_AT_ONCE_MAX = 1_000
"""How often something may happen at one instant; more is a circle between charge point and CSMS."""
CALL_TIMEOUT_S = 30.0
LATENCY_S = (0.01, 0.1)
"""A frame takes between these two."""
NO_FILES = "there are no files in virtual time"
NO_KEYS = "no keys are made in virtual time"


class VirtualCharger(SyncCommands, Looks):
    """A charge point whose CSMS is a function; commands are methods, as those of `Charger`."""

    def __init__(
        self,
        *,
        connectors: int | None = None,
        csms: CsmsFunction | None = None,
        seed: int = 0,
        id: str = "CP1",
        keys: Mapping[str, str] | None = None,
        settings: Mapping[str, object] | None = None,
        preset: str | None = None,
        weather: str | None = None,
        start: datetime = BEGIN,
    ) -> None:
        """Switch it on; raises `SettingsError`, with a line for each mistake.

        `csms` gets Action and payload of each request, and gives the payload of the answer, the
        code of a CALLERROR as text, or None for silence; without it a friendly one answers. All
        that is left to chance comes from `seed`. The rest is as for `Charger`.
        """
        Looks.__init__(self)
        tables, _ = tables_of(
            None, id, connectors, keys or {}, settings, preset=preset, weather=weather, seed=seed
        )
        tables.setdefault("csms", {"url": "ws://127.0.0.1:9"})
        engine = load_tables(tables, f"settings of {id}", None).engine
        self._config, self._weathers = engine.charge_point, engine.network.weathers
        self.id = id
        self.seed = seed
        """All that is left to chance comes from it."""
        self.now = start
        """The virtual time."""
        self._random = Random(f"files {seed}")
        self._csms = csms or friendly_csms(id, lambda: self.now)
        self._store = MemoryStore()
        self._agenda = VirtualAgenda()
        self._answers: dict[int, Reply | Refuse] = {}
        self._requests, self._calls = count(1), count(1)
        self._called: dict[str, list[Any]] = {}
        """What came back to requests of the CSMS, by message id."""
        self._link_since = start
        self._network = VirtualNetwork(
            _Ends(self), self._agenda, self._weathers[engine.network.weather], seed, LATENCY_S
        )
        self._charger = Charger(self._config, {}, Random(f"mind {seed}"), mind=ChargePoint)
        self._handle(PoweredOn(keys=frozenset()))

    def after(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> Self:
        """Let so much time pass, and happen what is due; raises `ValueError` below 0."""
        length_s = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        if length_s < 0:
            raise ValueError(f"after: {length_s:g} s; time does not run backwards")
        self._pass_until(later(self.now, length_s), lambda: False)
        return self

    def until(
        self, predicate: Callable[[Self], bool], *, timeout_s: float = 3_600.0, what: str = ""
    ) -> Self:
        """Let time pass until `predicate(charger)` holds; raises `WaitFailed`."""
        if not self._pass_until(later(self.now, timeout_s), lambda: predicate(self)):
            wanted = f"{what or 'what the test waits for'} (seed {self.seed})"
            raise wait_failed(self, wanted, f"{length(timeout_s)} of virtual time")
        return self

    def call(
        self, action: str, payload: Mapping[str, Any], *, timeout_s: float = CALL_TIMEOUT_S
    ) -> dict[str, Any]:
        """Send a request of the CSMS, let time pass until it is answered, and give the answer.

        Raises `CommandError` where it is refused, or nothing comes.
        """
        connection = self._network.connection
        if connection is None:
            raise CommandError(ErrorNumber.REFUSED, f"{self.id} is not connected")
        message_id = f"csms-{next(self._calls)}"
        text = json.dumps([CALL, message_id, action, dict(payload)])
        self._network.send_down(connection, text)
        end = later(self.now, timeout_s)
        if not self._pass_until(end, lambda: message_id in self._called):
            text = f"{action}: no answer within {length(timeout_s)}"
            raise CommandError(ErrorNumber.REFUSED, text)
        kind, _, *rest = self._called.pop(message_id)
        if kind != CALL_RESULT:
            raise CommandError(ErrorNumber.REFUSED, f"{action}: {rest[0]}: {rest[1]}")
        found: dict[str, Any] = rest[0]
        return found

    def power_cut(self, *, seconds: float = 0.0) -> None:
        """Cut the power for so long; cables stay, and what was saved is there afterwards."""
        self._network.lose_power()
        self._link_since = self.now
        self._answers.clear()
        self.now = later(self.now, seconds)
        self._charger.lose_power(self._store.load(), self.now)
        self._handle(PoweredOn(keys=frozenset()))

    def get(self, variable: str) -> Any:
        """Give the value of a variable as it is now; raises `CommandError`."""
        if variable == "is_connected":
            return self._network.connection is not None
        if variable == "link":
            return self._link()
        if variable == "network":
            return self._network_view()
        if variable == "troubles":
            return ()
        try:
            return self._charger.mind.view(variable, self.now)
        except KeyError:
            text = f"no variable {variable!r} in virtual time"
            raise CommandError(ErrorNumber.INVALID_PARAMS, text) from None

    def _command(self, kind: Any, method: str, params: Mapping[str, object]) -> Any:
        return passed_on.result(kind, self._carried_out(method, passed_on.parameters(params)))

    def _carried_out(self, method: str, given: dict[str, Any]) -> Any:
        command = find(COMMANDS, method, read_only=False)
        checked = command.checked(given)
        if isinstance(command, Act):
            act = partial(command.does, **checked)
            try:
                self._turn(lambda: self._charger.act(act, self.now))
            except StationError as error:
                raise CommandError(ErrorNumber.REFUSED, str(error)) from None
            return True
        if isinstance(command, Ask):
            return self._ask(partial(command.does, **checked), command.timeout_s)
        match method:
            case "set_network":
                return self._set_network(**checked)
            case "set_weather":
                return self._set_weather(**checked)
            case "power_cycle":
                self.power_cut()
                return True
            case "try_now":
                return self._try_now()
            case "acknowledge_troubles":
                return 0
        connectors = len(self._config.connectors)
        asked = Operations.of_charger(self._charger, lambda: self.now, connectors)
        if method == "get_composite_schedule":
            return _done(asked.schedule_work(**checked))
        result = command.does(asked, **checked)
        return getattr(result, "result", result)

    def _ask(self, event_of: Callable[..., Event], timeout_s: float) -> Any:
        number = next(self._requests)
        self._handle(event_of(request=number))
        end = later(self.now, timeout_s)
        if not self._pass_until(end, lambda: number in self._answers):
            text = f"no answer within {length(timeout_s)}"
            raise CommandError(ErrorNumber.REFUSED, text)
        answer = self._answers.pop(number)
        if isinstance(answer, Refuse):
            raise CommandError(ErrorNumber.REFUSED, answer.reason.text)
        return answer.result

    def _pass_until(self, end: datetime, is_there: Callable[[], bool]) -> bool:
        """Let things happen up to an instant, or until something is there; says whether it is."""
        at_once = 0
        while not is_there():
            tick_at, other_at = self._charger.next_deadline(), self._agenda.due
            due = min((each for each in (tick_at, other_at) if each is not None), default=None)
            if due is None or due > end:
                self.now = end
                return is_there()
            at_once = 0 if due > self.now else at_once + 1
            assert at_once <= TICKS_AT_ONCE_MAX, f"time does not pass: {due} stays"
            self.now = max(self.now, due)
            if due == other_at:
                self._agenda.pop()()
            else:
                self._handle(Tick())
        return True

    def _handle(self, event: Event) -> None:
        self._turn(lambda: self._charger.handle(event, self.now))

    def _turn(self, decide: Callable[[], Sequence[Effect]]) -> None:
        """One turn: it is saved before anything of it is sent or told."""
        effects = decide()
        self._store.commit(effects)
        for effect in effects:
            self._carry_out(effect)
        if any(isinstance(each, Reboot) for each in effects):
            self.power_cut()

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Send(text):
                self._network.send(text)
            case Emit("messages", NotedFrame() as noted):
                self.messages.add(noted.record())
            case Reply(request) | Refuse(request):
                self._answers[request] = effect
            case OpenLink():
                self._network.open()
            case CloseLink():
                self._network.close()
            case Reconnect():
                self._network.reconnect()
            case SetPing(interval_s):
                self._network.set_ping(interval_s)
            case Download(transfer_id) | Upload(transfer_id):
                failed = TransferFinished(transfer_id, False, NO_FILES)
                self._later(LATENCY_S, partial(self._handle, failed))
            case MakeCertificateRequest(key_id):
                refused = CertificateRequestFailed(key_id, NO_KEYS)
                self._later(LATENCY_S, partial(self._handle, refused))
            case _:
                pass

    def _csms_receives(self, connection: VirtualConnection, text: str) -> None:
        frame = json.loads(text)
        if frame[0] != CALL:
            self._called[frame[1]] = frame
        elif (answer := answer_text(self._csms, text)) is not None:
            self._network.send_down(connection, answer)

    def _later(self, within_s: tuple[float, float], do: Callable[[], None]) -> None:
        self._agenda.at(later(self.now, self._random.uniform(*within_s)), do)

    def _set_network(self, up: bool) -> bool:
        was_up, self._network.is_up = self._network.is_up, up
        if not up:
            self._network.cut()
        elif not was_up and self._network.connection is None:
            self._network.try_soon()
        return was_up != up

    def _set_weather(self, weather: str, seed: int | None = None) -> bool:
        """Without a seed that of the charge point is taken: nothing is left to chance here."""
        try:
            found = find_weather(weather, self._weathers)
        except ValueError as error:
            raise CommandError(ErrorNumber.INVALID_PARAMS, str(error)) from None
        seed = self.seed if seed is None else seed
        bad = self._network.bad
        if found is bad.weather and (found is FAIR or seed == bad.seed):
            return False
        self._network.set_weather(found, seed)
        return True

    def _try_now(self) -> Any:
        if self._network.is_wanted and self._network.connection is None:
            self._network.try_soon()
            return True
        return self._ask(TryNow, CALL_TIMEOUT_S)

    def _link(self) -> LinkView:
        if self._network.connection is not None:
            phase = LinkPhase.OPEN
        else:
            phase = LinkPhase.WAITING if self._network.is_wanted else LinkPhase.STOPPED
        return LinkView(phase=phase, since=self._link_since, network_up=self._network.is_up)

    def _network_view(self) -> NetworkView:
        weathers = self._weathers.values()
        return NetworkView(
            weathers=tuple(WeatherEntry(name=each.name, about=each.about) for each in weathers),
            **self._network.told(),
        )


def _done(work: Generator[None, None, T]) -> T:
    """Do work that is given in slices, in one go."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            found: T = end.value
            return found


class _Ends:
    """The charge point and its CSMS at the two ends of the network."""

    def __init__(self, charger: VirtualCharger) -> None:
        self._charger = charger

    @property
    def now(self) -> datetime:
        return self._charger.now

    def may_connect(self) -> bool:
        return True

    def dial_failed(self, text: str) -> None:
        self._charger._handle(LinkFailed(LinkFault.OTHER, text))

    def link_opened(self) -> None:
        self._charger._link_since = self.now
        self._charger._handle(LinkOpened())

    def link_closed(self) -> None:
        self._charger._link_since = self.now
        self._charger._handle(LinkClosed())

    def charge_point_receives(self, text: str | bytes) -> None:
        self._charger._handle(FrameReceived(text))

    def csms_opened(self, connection: VirtualConnection) -> None:
        pass

    def csms_closed(self, connection: VirtualConnection) -> None:
        pass

    def csms_receives(self, connection: VirtualConnection, text: str) -> None:
        self._charger._csms_receives(connection, text)
