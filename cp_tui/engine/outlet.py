"""What leaves the engine loop: each effect of the mind goes where it is carried out.

Orders first, news second: of a whole turn, everything for the CSMS leaves before anybody is told
anything, and all frames of one connection leave in one write. Within each the order of the mind is
kept.

While the disk takes no records, a frame that rests on some is not sent. An answer waits here
(`_held`) and leaves with the write that succeeds, before what was decided later. A transaction
message does not: the outbox of the mind has it anyway, and is told that it did not leave
(`DiskFailed`), so that it counts no attempt and sends it again in its order. Nobody who asked is
told that something is done before it is saved: that would be a promise of the same kind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.effects import (
    CancelTransfer,
    CloseLink,
    Download,
    Effect,
    Emit,
    EmptySecurityLog,
    ForgetKey,
    InspectFile,
    Log,
    LogSecurityEvent,
    MakeCertificateRequest,
    OpenLink,
    Reconnect,
    Refuse,
    Reply,
    Send,
    SetCredentials,
    SetPing,
    Upload,
    WhileDiskFails,
)
from cp_tui.charge_point.variables import Direction, NotedFrame
from cp_tui.engine.connection import Sender
from cp_tui.engine.errands import Errands
from cp_tui.engine.hub import Hub
from cp_tui.engine.link import Link
from cp_tui.engine.pending_requests import NOT_WRITTEN, CommandAnswer, PendingRequests
from cp_tui.engine.transfers import Transfers

HELD_MAX = 200
"""How many answers may wait for the disk: a CSMS should wait for one at a time."""

STAYS = {
    WhileDiskFails.WAITS: "waits for the disk",
    WhileDiskFails.OFFERED_AGAIN: "not sent",
}

_TOLD = (Emit, Reply, Refuse, Log)
"""The effects that tell people something; they come after what leaves for the CSMS."""


class Decided(Struct, frozen=True):
    """What the charger has decided about one item: its effects, and where its frames may go."""

    effects: Sequence[Effect]
    send: Sender | None
    """Over the connection that the mind knew then: an answer belongs there and nowhere else."""
    is_resting: bool
    """It came with records, which have to be on disk before anybody hears that it is done."""


class Outlet:
    """Carries out all effects but saves and reboots; an error in one stops no other."""

    def __init__(
        self,
        link: Link,
        transfers: Transfers,
        errands: Errands,
        hub: Hub,
        pending_requests: PendingRequests,
        tell_error: Callable[[str, Exception], None],
        log: logging.Logger,
    ) -> None:
        self._link = link
        self._transfers = transfers
        self._errands = errands
        self._hub = hub
        self._pending_requests = pending_requests
        self._tell_error = tell_error
        self._log = log
        self._held: list[Callable[[], object]] = []
        """Answers and transfers that wait for the disk."""
        self._stays: dict[str, WhileDiskFails] = {}
        """Messages of the present turn that do not leave now, by id."""
        self._leaving: dict[Sender, list[Send]] = {}
        """Those that do, all of a connection in one go."""

    def carry_out(self, decided: Sequence[Decided], is_saved: bool) -> frozenset[str]:
        """Carry out what a turn has led to, in order; what has waited for the disk goes first.

        Gives the ids of messages that are not sent, and are to be offered again.
        """
        self._stays.clear()
        if is_saved and self._held:
            held, self._held = self._held, []
            for carry_out in held:
                carry_out()
        told = []
        for each in decided:
            for effect in each.effects:
                if isinstance(effect, _TOLD):
                    told.append((effect, is_saved or not each.is_resting))
                    continue
                try:
                    self._order(effect, each.send, is_saved)
                except Exception as error:
                    self._not_done(effect, error)
        self._send_off()
        for effect, is_done in told:
            try:
                self._tell(effect, is_done)
            except Exception as error:
                self._not_done(effect, error)
        again = WhileDiskFails.OFFERED_AGAIN
        return frozenset(each for each, what in self._stays.items() if what is again)

    def drop_held(self) -> None:
        """Forget what has waited for the disk: the charge point boots."""
        self._held.clear()

    def _order(self, effect: Effect, send: Sender | None, is_saved: bool) -> None:
        """Do what the mind wants of link and files; what rests on records waits for them."""
        match effect:
            case Send(text, message_id, while_disk_fails):
                if is_saved or while_disk_fails is WhileDiskFails.LEAVES:
                    if send is not None:
                        self._leaving.setdefault(send, []).append(effect)
                    return
                self._stays[message_id] = while_disk_fails
                if send is not None and while_disk_fails is WhileDiskFails.WAITS:
                    self._hold(partial(send, text))
            case Download() | Upload() | CancelTransfer() | ForgetKey() if not is_saved:
                # Whoever asked for it has no answer yet either, and records still name the key.
                self._hold(partial(self._order, effect, send, True))
            case Download() | Upload():
                self._transfers.start(effect)
            case CancelTransfer(transfer_id):
                self._transfers.cancel(transfer_id)
            case OpenLink():
                self._link.open()
            case CloseLink(why, until):
                self._send_off()
                self._link.close(why, until)
            case Reconnect(why):
                self._send_off()
                self._link.reconnect(why)
            case SetPing(interval_s):
                self._link.set_ping(interval_s)
            case SetCredentials():
                self._link.set_credentials(effect)
            case (
                MakeCertificateRequest()
                | ForgetKey()
                | InspectFile()
                | LogSecurityEvent()
                | EmptySecurityLog()
            ):
                self._errands.start(effect)
            case _:
                # Saves are written already, and a reboot follows when everything else is done.
                pass

    def _send_off(self) -> None:
        leaving, self._leaving = self._leaving, {}
        for send, effects in leaving.items():
            try:
                send(*(each.text for each in effects))
            except Exception as error:
                self._not_done(effects[0], error)

    def _tell(self, effect: Effect, is_done: bool) -> None:
        """Let those who watch and those who asked know."""
        match effect:
            case Emit(name, event):
                if isinstance(event, NotedFrame):
                    event = self._note_frame(event)
                self._hub.emit(name, event)
            case Reply(request, result, reason):
                self._pending_requests.answer(request, CommandAnswer(result, reason), is_done)
            case Refuse(request, reason):
                self._pending_requests.refuse(request, reason.text)
            case Log(level, text):
                self._log.log(level, "%s", text)

    def _not_done(self, effect: Effect, error: Exception) -> None:
        self._tell_error(f"{type(effect).__name__} was not done", error)

    def _hold(self, carry_out: Callable[[], object]) -> None:
        if len(self._held) < HELD_MAX:
            self._held.append(carry_out)
        else:
            self._log.warning("%d answers wait for the disk: one more is dropped", HELD_MAX)

    def _note_frame(self, noted: NotedFrame) -> NotedFrame:
        head = noted.head
        if self._log.isEnabledFor(logging.DEBUG):
            payload = noted.record().payload
            self._log.debug("%s %s %s %s", head.direction, head.kind, head.action, payload)
        is_out = head.direction is Direction.OUT
        if is_out and (why := self._stays.get(head.message_id)) is not None:
            head = replace(head, result=STAYS[why], reason=NOT_WRITTEN)
            return replace(noted, head=head)
        self._link.note_frame(head.direction, head.time, head.action)
        if is_out and (fate := self._link.fate(head.message_id)) is not None:
            known = head.reason
            reason = fate if known is None else replace(known, text=f"{known.text}; {fate.text}")
            return replace(noted, head=replace(head, reason=reason))
        return noted
