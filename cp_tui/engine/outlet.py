"""What leaves the machine: each effect of the mind goes where it is carried out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial

from cp_tui.charge_point.effects import (
    CancelTransfer,
    CloseLink,
    Download,
    Effect,
    Emit,
    Log,
    LogLevel,
    OpenLink,
    Publish,
    Reconnect,
    Refuse,
    Reply,
    Send,
    SetCredentials,
    SetPing,
    Upload,
    WhileDiskFails,
)
from cp_tui.charge_point.variables import Direction, MessageRecord
from cp_tui.engine.hub import Hub
from cp_tui.engine.link import Link
from cp_tui.engine.pending_requests import NOT_WRITTEN, CommandAnswer, PendingRequests
from cp_tui.engine.transfers import Transfers

HELD_MAX = 200
"""A CSMS waits for one answer at a time; who asks more is not served faster by a full disk."""

STAYS = {
    WhileDiskFails.WAITS: "waits for the disk",
    WhileDiskFails.OFFERED_AGAIN: "not sent",
}

_LEVELS = {
    LogLevel.DEBUG: logging.DEBUG,
    LogLevel.INFO: logging.INFO,
    LogLevel.WARNING: logging.WARNING,
    LogLevel.ERROR: logging.ERROR,
}


class Outlet:
    """Carries out everything but saves and reboots, in the order in which it comes."""

    def __init__(
        self,
        link: Link,
        transfers: Transfers,
        hub: Hub,
        pending_requests: PendingRequests,
        log: logging.Logger,
    ) -> None:
        self._link = link
        self._transfers = transfers
        self._hub = hub
        self._pending_requests = pending_requests
        self._log = log
        self._held: list[Callable[[], object]] = []
        """Answers and transfers that wait for the disk."""
        self._stays: dict[str, WhileDiskFails] = {}
        """Messages of the present turn that do not leave now, by id."""

    def carry_out(self, effect: Effect, connection: int | None, is_saved: bool) -> None:
        """Do what the mind wants; a frame leaves only if what it rests on is saved."""
        match effect:
            case Send(text):
                if connection is None:
                    return
                what = effect.while_disk_fails
                if is_saved or what is WhileDiskFails.LEAVES:
                    self._link.send(text, connection)
                elif what is WhileDiskFails.WAITS:
                    self._hold(partial(self._link.send, text, connection))
            case Download() | Upload() | CancelTransfer() if not is_saved:
                # Whoever asked for it has no answer yet either.
                self._hold(partial(self._order, effect))
            case Publish(name, value):
                self._hub.publish(name, value)
            case Emit(name, event):
                if isinstance(event, MessageRecord):
                    event = self._note_frame(event)
                self._hub.emit(name, event)
            case Reply(request, result, reason):
                self._pending_requests.answer(request, CommandAnswer(result, reason), is_saved)
            case Refuse(request, reason):
                self._pending_requests.refuse(request, reason.text)
            case Log(level, text):
                self._log.log(_LEVELS[level], "%s", text)
            case _:
                self._order(effect)

    def begin(self, effects: Iterable[Effect], *, is_saved: bool) -> frozenset[str]:
        """Begin with what a turn leads to; gives the ids of messages that are to be offered again.

        What waits since before goes first; an answer only to the connection that asked.
        """
        self._stays.clear()
        if not is_saved:
            self._stays |= {
                effect.message_id: effect.while_disk_fails
                for effect in effects
                if isinstance(effect, Send) and effect.while_disk_fails is not WhileDiskFails.LEAVES
            }
            again = WhileDiskFails.OFFERED_AGAIN
            return frozenset(each for each, what in self._stays.items() if what is again)
        held, self._held = self._held, []
        for carry_out in held:
            carry_out()
        return frozenset()

    def drop_held(self) -> None:
        """Forget what has waited for the disk: the charge point boots."""
        self._held.clear()

    def _hold(self, carry_out: Callable[[], object]) -> None:
        if len(self._held) < HELD_MAX:
            self._held.append(carry_out)
        else:
            self._log.warning("%d answers wait for the disk: one more is dropped", HELD_MAX)

    def _order(self, effect: Effect) -> None:
        """Pass on what the mind wants of the link and the transfers."""
        match effect:
            case OpenLink():
                self._link.open()
            case CloseLink():
                self._link.close()
            case Reconnect():
                self._link.reconnect()
            case SetPing(interval_s):
                self._link.set_ping(interval_s)
            case SetCredentials(password, form):
                self._link.set_credentials(password, form)
            case Download() | Upload():
                self._transfers.start(effect)
            case CancelTransfer(transfer_id):
                self._transfers.cancel(transfer_id)
            case _:
                # Saves are written already, and a reboot follows when everything else is done.
                pass

    def _note_frame(self, record: MessageRecord) -> MessageRecord:
        self._log.debug("%s %s %s %s", record.direction, record.kind, record.action, record.payload)
        is_out = record.direction is Direction.OUT
        if is_out and (why := self._stays.get(record.message_id)) is not None:
            return record.model_copy(update={"result": STAYS[why], "reason": NOT_WRITTEN})
        self._link.note_frame(record.direction, record.time, record.action)
        return record
