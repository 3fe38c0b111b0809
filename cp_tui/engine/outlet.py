"""What leaves the machine: each effect of the mind goes where it is carried out."""

from __future__ import annotations

import logging

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
)
from cp_tui.charge_point.variables import Direction, MessageRecord
from cp_tui.engine.hub import Hub
from cp_tui.engine.link import Link
from cp_tui.engine.replies import NOT_WRITTEN, Answer, Replies
from cp_tui.engine.transfers import Transfers

_LEVELS = {
    LogLevel.DEBUG: logging.DEBUG,
    LogLevel.INFO: logging.INFO,
    LogLevel.WARNING: logging.WARNING,
    LogLevel.ERROR: logging.ERROR,
}


class Outlet:
    """Carries out everything but saves and reboots, in the order in which it comes."""

    def __init__(
        self, link: Link, transfers: Transfers, hub: Hub, replies: Replies, log: logging.Logger
    ) -> None:
        self._link = link
        self._transfers = transfers
        self._hub = hub
        self._replies = replies
        self._log = log

    def carry_out(self, effect: Effect, connection: int | None, is_saved: bool) -> None:
        """Do what the mind wants; a frame leaves only if what it rests on is saved."""
        match effect:
            case Send(text):
                if is_saved and connection is not None:
                    self._link.send(text, connection)
            case Publish(name, value):
                self._hub.publish(name, value)
            case Emit(name, event):
                if isinstance(event, MessageRecord):
                    event = self._note_frame(event, is_saved)
                self._hub.emit(name, event)
            case Reply(request, result, reason):
                self._replies.answer(request, Answer(result, reason), is_saved)
            case Refuse(request, reason):
                self._replies.refuse(request, reason.text)
            case Log(level, text):
                self._log.log(_LEVELS[level], "%s", text)
            case _:
                self._order(effect)

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

    def _note_frame(self, record: MessageRecord, is_saved: bool) -> MessageRecord:
        self._log.debug("%s %s %s %s", record.direction, record.kind, record.action, record.payload)
        if record.direction is Direction.OUT and not is_saved:
            return record.model_copy(update={"result": "not sent", "reason": NOT_WRITTEN})
        self._link.note_frame(record.direction, record.time, record.action)
        return record
