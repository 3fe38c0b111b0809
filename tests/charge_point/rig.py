"""A whole charge point in virtual time: mind, body, a store in memory, a CSMS that a test scripts.

Nothing sleeps; `after` moves the clock from deadline to deadline.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from pydantic import JsonValue

from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.charge_point.codec import converted, encode
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import (
    CancelTransfer,
    CloseLink,
    Download,
    Effect,
    Emit,
    Forget,
    ForgetKey,
    InspectFile,
    MakeCertificateRequest,
    OpenLink,
    Reboot,
    Reconnect,
    Refuse,
    Reply,
    Save,
    Send,
    SetCredentials,
    Table,
    Upload,
)
from cp_tui.charge_point.events import (
    CertificateRequestFailed,
    CertificateRequestMade,
    Event,
    FileInspected,
    FrameReceived,
    LinkClosed,
    LinkFailed,
    LinkOpened,
    PoweredOn,
    Swipe,
    Tick,
    TransferFinished,
)
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import FileFacts, NotedFrame, SwipeResult
from cp_tui.charger.charger import Charger
from tests.acts import act_of

T0 = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
"""A Monday, as in the worked examples."""

Responder = Callable[[dict[str, Any]], "dict[str, Any] | str | None"]
"""Payload of a request -> payload of the answer, a CALLERROR code as text, or None for silence."""

Carrier = Callable[["Download | Upload"], "FileFacts | bool | str | None"]
"""A transfer -> the file that was fetched, True for a delivered one, what failed, or None: it goes
on until `finish_transfer`."""

NEW_FIRMWARE = FileFacts(name="firmware-2.0.0.bin", size_bytes=8, sha256="ab" * 32)

Linker = Callable[[SetCredentials], "LinkOpened | LinkFailed"]
"""How to connect -> what comes of it."""


def _carry(transfer: Download | Upload) -> FileFacts | bool:
    return NEW_FIRMWARE if isinstance(transfer, Download) else True


@dataclass
class Rig:
    """One charger under test."""

    config: ChargePointConfig
    now: datetime = T0
    connected: bool = True
    """Whether the CSMS lets the link open when it is asked to."""
    responders: dict[str, Responder] = field(default_factory=dict)
    sent: list[list[Any]] = field(default_factory=list)
    """Every frame that went out."""
    garbage: list[str] = field(default_factory=list)
    """What went out and is nothing that can be answered."""
    effects: list[Effect] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    """As whoever watches all of them knows them: looked at once the answers are on the wire, as
    where somebody watches; at the end of each instant in which a turn has said so."""
    is_watched: bool = True
    published: list[tuple[str, Any]] = field(default_factory=list)
    """Each value of a variable that was news, in order."""
    events: list[tuple[str, Any]] = field(default_factory=list)
    noted: list[NotedFrame] = field(default_factory=list)
    """Every frame that passed, either way; `forget_sent` leaves them."""
    replies: dict[int, Reply] = field(default_factory=dict)
    refusals: dict[int, Reason] = field(default_factory=dict)
    """Commands that were not carried out."""
    store: dict[Table, dict[str, str]] = field(default_factory=dict)
    carrier: Carrier = _carry
    """What becomes of file transfers."""
    transfers: list[Download | Upload] = field(default_factory=list)
    """Every transfer that was begun."""
    cancelled: list[str] = field(default_factory=list)
    files: dict[str, FileFacts] = field(default_factory=dict)
    """What lies in the downloads, by name."""
    inspects: bool = True
    """Whether the shell looks at a file as soon as it is asked to; else the test does, with
    `inspect`."""
    inspections: list[InspectFile] = field(default_factory=list)
    boots: int = 0
    link: Linker | None = None
    """What comes of an attempt to connect; None: the link opens wherever it is `connected`."""
    credentials: SetCredentials | None = None
    """What the link was told last."""
    private_keys: dict[str, str] = field(default_factory=dict)
    """Those that the shell keeps, by name; PEM."""
    has_keys: bool = True
    """Whether the shell can make and keep them."""
    is_slow_with_keys: bool = False
    """They are made when the test does it, with `make_key`."""
    wanted_keys: list[MakeCertificateRequest] = field(default_factory=list)
    _requests: int = 0
    _csms_id: int = 0
    _transaction_id: int = 0
    _open: bool = False
    _is_busy: bool = False

    def __post_init__(self) -> None:
        self.charger = Charger(self.config, self.store, Random(1), mind=ChargePoint)

    def power_on(self) -> None:
        """Boot, and let the CSMS answer."""
        self.boots += 1
        self.handle(PoweredOn(keys=frozenset(self.private_keys)))

    def handle(self, event: Event) -> None:
        """Let something happen now, and carry out what follows until nothing is left to do."""
        self._carry_out(self.charger.handle(event, self.now))

    def act(self, method: str, **params: JsonValue) -> None:
        """Do something at the station, or show a tag there."""
        if method == "swipe":
            self.handle(swiped(params))
        else:
            self._carry_out(self.charger.act(act_of(method, **params), self.now))

    def swipe(self, id_tag: str, connector_id: int | None = None) -> int:
        """Show a tag and wait for what comes of it: `came` has it under this number."""
        return self.start_command(lambda request: Swipe(request, id_tag, connector_id, wait=True))

    def came(self, request: int) -> SwipeResult | None:
        """Give what came of a tag that was shown; None: nobody has said so yet."""
        reply = self.replies.get(request)
        return None if reply is None else converted(SwipeResult, reply.result)

    def after(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + timedelta(seconds=seconds)
        for _ in range(100_000):
            due = self.charger.next_deadline()
            if due is None or due > end:
                break
            self.now = max(self.now, due)
            self.handle(Tick())
        else:
            raise AssertionError("time does not move: a deadline stays in the past")
        self.now = end
        self.handle(Tick())

    def command(self, make: Callable[[int], Event]) -> Reply:
        """Give an operator's command that answers at once."""
        request = self.start_command(make)
        return self.replies[request]

    def start_command(self, make: Callable[[int], Event]) -> int:
        """Give an operator's command; its reply comes into `replies` under this number."""
        self._requests += 1
        self.handle(make(self._requests))
        return self._requests

    def request(self, action: str, payload: dict[str, Any] | None = None) -> list[Any]:
        """Send a CALL of the CSMS; give the frame that answered it."""
        self._csms_id += 1
        message_id = f"csms-{self._csms_id}"
        before = len(self.sent)
        self.receive(json.dumps([2, message_id, action, payload or {}]))
        answers = [f for f in self.sent[before:] if f[0] in (3, 4) and f[1] == message_id]
        assert len(answers) <= 1, answers
        return answers[0] if answers else []

    def receive(self, data: str | bytes) -> None:
        """Let a WebSocket message come in."""
        self.handle(FrameReceived(data))

    def finish_transfer(self, result: FileFacts | bool | str) -> None:
        """End the newest transfer."""
        transfer_id = self.transfers[-1].transfer_id
        if isinstance(result, str):
            self.handle(TransferFinished(transfer_id, False, result))
        else:
            facts = result if isinstance(result, FileFacts) else None
            if facts is not None:
                self.files = {facts.name: facts}
            self.handle(TransferFinished(transfer_id, True, "done", facts))

    def cut(self) -> None:
        """Lose the connection, and keep it away."""
        self.connected = False
        if self._open:
            self._open = False
            self.handle(LinkClosed())

    def reconnect(self) -> None:
        """Let the connection come back."""
        self.connected = True
        self.attempt()

    def attempt(self) -> None:
        """Try to connect, as the link does by itself again and again."""
        assert not self._open, "the link is open"
        if self.link is None:
            event: LinkOpened | LinkFailed = LinkOpened()
        else:
            assert self.credentials is not None
            event = self.link(self.credentials)
        self._open = isinstance(event, LinkOpened)
        self.handle(event)

    @property
    def is_open(self) -> bool:
        """Whether the link is open."""
        return self._open

    def calls(self, action: str | None = None) -> list[dict[str, Any]]:
        """Give the payloads of the CALLs sent, of one action or all."""
        return [f[3] for f in self.sent if f[0] == 2 and action in (None, f[2])]

    def actions(self) -> list[str]:
        """Give the actions of the CALLs sent, in order."""
        return [f[2] for f in self.sent if f[0] == 2]

    def statuses(self, connector_id: int) -> list[str]:
        """Give the statuses notified for a connector, in order."""
        notified = self.calls("StatusNotification")
        return [p["status"] for p in notified if p["connectorId"] == connector_id]

    def forget_sent(self) -> None:
        """Look only at what comes from now on."""
        self.sent.clear()
        self.events.clear()

    def _carry_out(self, effects: list[Effect]) -> None:
        """Carry out a turn and all those that follow in the same instant; then look."""
        is_first = not self._is_busy
        self._is_busy = True
        try:
            self._follow(effects)
        finally:
            self._is_busy = not is_first
        if is_first:
            self._look()

    def _follow(self, effects: list[Effect]) -> None:
        """Do what the shell does; what goes out is answered by the CSMS in the same instant."""
        self.effects.extend(effects)
        for effect in effects:
            match effect:
                case Save(table, key, record):
                    self.store.setdefault(table, {})[key] = encode(record).decode()
                case Forget(table, key):
                    self.store.get(table, {}).pop(key, None)
                case _:
                    pass
        answers: list[str] = []
        begun: list[Download | Upload] = []
        looks: list[InspectFile] = []
        wanted: list[MakeCertificateRequest] = []
        reopen = reboot = False
        for effect in effects:
            match effect:
                case Send(text) if self._open:
                    answers.extend(self._take(text))
                case Emit(name, event):
                    if isinstance(event, NotedFrame):
                        self.noted.append(event)
                        event = event.record()
                    self.events.append((name, event))
                case Reply(request):
                    self.replies[request] = effect
                case Refuse(request, reason):
                    self.refusals[request] = reason
                case OpenLink():
                    reopen = True
                case CloseLink():
                    self._open = False
                case Reconnect() if self.link is not None:
                    reopen, self._open = True, False
                case SetCredentials():
                    self.credentials = effect
                case MakeCertificateRequest():
                    wanted.append(effect)
                case ForgetKey(key_id):
                    self.private_keys.pop(key_id, None)
                case Download() | Upload():
                    begun.append(effect)
                case InspectFile():
                    looks.append(effect)
                case CancelTransfer(transfer_id):
                    self.cancelled.append(transfer_id)
                case Reboot():
                    reboot = True
                case _:
                    pass
        for answer in answers:
            if self._open:
                self.receive(answer)
        self._move_files(begun, looks)
        if self.is_slow_with_keys:
            self.wanted_keys += wanted
        else:
            for each in wanted:
                self.make_key(each)
        if reboot:
            self._boot_again()
        elif reopen and self.connected and not self._open:
            if self.link is not None:
                self.handle(LinkClosed())
            self.reconnect()

    def _move_files(self, begun: list[Download | Upload], looks: list[InspectFile]) -> None:
        for transfer in begun:
            self.transfers.append(transfer)
            result = self.carrier(transfer)
            if result is not None:
                self.finish_transfer(result)
        self.inspections += looks
        for look in looks if self.inspects else ():
            self.inspect(look)

    def inspect(self, look: InspectFile) -> None:
        """Say what a file of the downloads is now."""
        facts = self.files.get(look.file)
        text = "" if facts else "the file cannot be read: No such file or directory"
        self.handle(FileInspected(look.inspection_id, facts, text))

    def make_key(self, wanted: MakeCertificateRequest) -> None:
        """Make a private key and a request for a certificate, or say that there is none."""
        from cp_tui.certificates.keys import certificate_request, new_key, public_key_of

        if not self.has_keys:
            self.handle(CertificateRequestFailed(wanted.key_id, "the disk is full"))
            return
        key = self.private_keys[wanted.key_id] = new_key(wanted.kind)
        request = certificate_request(key, wanted.common_name, wanted.organization)
        self.handle(CertificateRequestMade(wanted.key_id, request, public_key_of(key)))

    def _look(self) -> None:
        """Look at the variables that may have changed."""
        mind = self.charger.mind
        for name in sorted(self.charger.take_changed()) if self.is_watched else ():
            value = mind.view(name, self.now)
            if self.variables.get(name) != value:
                self.variables[name] = value
                self.published.append((name, value))

    def _boot_again(self) -> None:
        self._open = False
        self.charger.lose_power(self.store, self.now)
        self.power_on()

    def power_cycle(self) -> None:
        """Lose power without warning, and boot from what is stored."""
        self._boot_again()

    def _take(self, text: str) -> list[str]:
        try:
            sent = json.loads(text)
        except ValueError:
            sent = text
        if not isinstance(sent, list) or len(sent) < 2:
            self.garbage.append(text)
            return []
        return self._csms(sent)

    def _csms(self, sent: list[Any]) -> list[str]:
        self.sent.append(sent)
        if sent[0] != 2:
            return []
        if len(sent) != 4:
            return [json.dumps([4, sent[1], "FormationViolation", "a CALL has 4 elements", {}])]
        _, message_id, action, payload = sent
        responder = self.responders.get(action)
        answer = responder(payload) if responder else self._default(action)
        if answer is None:
            return []
        if isinstance(answer, str):
            return [json.dumps([4, message_id, answer, "", {}])]
        return [json.dumps([3, message_id, answer])]

    def _default(self, action: str) -> dict[str, Any]:
        time = self.now.isoformat()
        match action:
            case "BootNotification":
                return {"status": "Accepted", "currentTime": time, "interval": 300}
            case "Heartbeat":
                return {"currentTime": time}
            case "Authorize":
                return {"idTagInfo": {"status": "Accepted"}}
            case "StartTransaction":
                self._transaction_id += 1
                return {
                    "transactionId": self._transaction_id,
                    "idTagInfo": {"status": "Accepted"},
                }
            case "DataTransfer":
                return {"status": "Accepted"}
            case _:
                return {}


def swiped(params: Mapping[str, JsonValue]) -> Swipe:
    """Make the event of a tag that is shown, from the parameters of `swipe`."""
    id_tag, connector_id = params["id_tag"], params.get("connector_id")
    assert isinstance(id_tag, str)
    assert connector_id is None or isinstance(connector_id, int)
    return Swipe(0, id_tag, connector_id)


def rig(
    *,
    connectors: int = 2,
    boot: bool = True,
    keys: Mapping[str, str] | None = None,
    **config: Any,
) -> Rig:
    """Build a charger; booted and accepted unless told otherwise, with an empty list of frames."""
    from cp_tui.charge_point.config import ConnectorConfig

    made = Rig(
        ChargePointConfig(
            charge_point_id="CP001",
            url="ws://127.0.0.1/CP001",
            connectors=config.pop("hardware", (ConnectorConfig(),) * connectors),
            keys=keys or {},
            **config,
        )
    )
    if boot:
        made.power_on()
        made.forget_sent()
    return made
