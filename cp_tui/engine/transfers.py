"""File transfers: carries out `Download` and `Upload`, each in a thread that nobody waits for.

The mind hears how each ends, in words without credentials, unless it has let go of it before.

Threads, because FTP of the standard library blocks, because writing and packing files does, and
because any of it may hang: a server that accepts and falls silent, a disk behind a network. A
thread cannot be stopped from outside. It is let go of: a flag tells it that nobody wants the
transfer, it looks at the flag whenever something moves, and until then it lingers as one of a few
that may (`THREADS_MAX`). A CSMS that orders one hopeless transfer after the other cannot fill the
process.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from msgspec import Struct

from cp_tui.charge_point.effects import Download, ServerTrust, Upload
from cp_tui.charge_point.events import TransferFinished, TransferProgressed
from cp_tui.charge_point.variables import FileFacts, LogKind
from cp_tui.engine.diagnostics_archive import ArchiveSnapshot
from cp_tui.engine.thread import AllHangError, BlockingCalls
from cp_tui.engine.transfer_job import Job, TransferSettings
from cp_tui.engine.transfer_target import LocalFileError, TransferError, target
from cp_tui.engine.troubles import TroubleKeeper
from cp_tui.ocpp.units import number

THREADS_MAX = 8
"""How many transfers may run at a time, those that were let go and linger among them."""


class _Running(Struct, frozen=True):
    """A transfer on its way."""

    job: Job
    task: asyncio.Task[None]


NOT_STORING = "transfers.not_storing"
"""The trouble: the folder of firmware and diagnostics cannot be written."""


class Transfers:
    """The transfers of one engine."""

    def __init__(
        self,
        data_dir: Path,
        *,
        make_tls: Callable[[ServerTrust], ssl.SSLContext],
        snapshot: Callable[[], Awaitable[ArchiveSnapshot]],
        deliver: Callable[[TransferFinished], Awaitable[None]],
        note: Callable[[TransferProgressed], None],
        log: logging.Logger,
        troubles: TroubleKeeper | None = None,
        settings: TransferSettings | None = None,
    ) -> None:
        self._data_dir = data_dir
        self._make_tls = make_tls
        self._snapshot = snapshot
        self._deliver = deliver
        self._note = note
        self._log = log
        self._troubles = troubles
        self._settings = settings or TransferSettings()
        self._running: dict[str, _Running] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._threads = BlockingCalls(THREADS_MAX)
        self._is_network_up = True

    def start(self, order: Download | Upload) -> None:
        """Begin a transfer."""
        try:
            if not self._is_network_up:
                raise TransferError("the network cable is pulled")
            job = Job(
                target(order.location),
                self._settings,
                self._data_dir,
                partial(self._make_tls, order.trust),
                partial(self._progressed, asyncio.get_running_loop(), order.transfer_id),
            )
        except TransferError as error:
            self._finish(_failed(order, error))
            return
        task = asyncio.create_task(self._run(order, job), name="transfer")
        self._running[order.transfer_id] = _Running(job, task)

    def cancel(self, transfer_id: str) -> None:
        """Let go of a transfer; nothing is heard of it any more."""
        running = self._running.pop(transfer_id, None)
        if running is not None:
            running.job.is_cancelled.set()
            running.task.cancel()

    def cancel_all(self) -> None:
        """Let go of everything: the power is gone, or the charge point boots again."""
        for transfer_id in list(self._running):
            self.cancel(transfer_id)

    def set_network(self, is_up: bool) -> None:
        """Pull the network cable or put it back; what is on its way fails."""
        self._is_network_up = is_up
        for transfer_id in [] if is_up else list(self._running):
            self.cancel(transfer_id)
            self._finish(TransferFinished(transfer_id, False, "the network cable was pulled"))

    async def end(self) -> None:
        """Let go of everything; nothing is delivered after this."""
        tasks = [running.task for running in self._running.values()]
        self.cancel_all()
        for task in self._ending:
            task.cancel()
        await asyncio.gather(*tasks, *self._ending, return_exceptions=True)

    async def _run(self, order: Download | Upload, job: Job) -> None:
        try:
            facts = await self._carried_out(order, job)
            words = f"{'delivered to' if facts is None else 'fetched from'} {job.target.where}"
            event = TransferFinished(order.transfer_id, True, words, facts)
            self._tell_folder(None)
        except TransferError as error:
            if isinstance(error, LocalFileError):
                self._tell_folder(str(error))
            event = _failed(order, error)
        except Exception as error:
            # The words of an unforeseen error may hold the location, and with it a password.
            self._log.error("transfer: internal error: %s", type(error).__name__)
            event = TransferFinished(order.transfer_id, False, "internal error; see the log")
        if self._running.pop(order.transfer_id, None) is not None:
            self._finish(event)

    def _tell_folder(self, problem: str | None) -> None:
        """Let the operator know whether files can be written here; one that was ends it."""
        if self._troubles is None:
            return
        if problem is None:
            self._troubles.end_trouble(NOT_STORING)
            return
        hint = "is the disk of the data folder full or read only? The next file that works ends it"
        text = f"Firmware and diagnostics cannot be stored: {problem}"
        self._troubles.raise_trouble(NOT_STORING, text, hint)

    async def _carried_out(self, order: Download | Upload, job: Job) -> FileFacts | None:
        work: Callable[[], FileFacts | None]
        limit_s = self._settings.total_s
        try:
            async with asyncio.timeout(limit_s):
                if isinstance(order, Download):
                    work = partial(job.fetch, order)
                elif order.content is LogKind.SECURITY:
                    work = partial(job.send, order, None)
                else:
                    # The records are counted by the store, whose disk may hang.
                    work = partial(job.send, order, await self._snapshot())
                return await self._threads.run(work)
        except AllHangError:
            words = f"{THREADS_MAX} transfers before this one are still ending"
            raise TransferError(words) from None
        except TimeoutError:
            job.is_cancelled.set()
            raise TransferError(f"not finished within {number(limit_s)} s") from None

    def _progressed(
        self,
        loop: asyncio.AbstractEventLoop,
        transfer_id: str,
        done_bytes: int,
        total_bytes: int | None,
    ) -> None:
        event = TransferProgressed(transfer_id, done_bytes, total_bytes)
        # The loop may be closed by now: then nobody looks any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._note, event)

    def _finish(self, event: TransferFinished) -> None:
        """Tell the mind, which may have no time just now."""
        task: asyncio.Task[None] = asyncio.create_task(self._tell(event), name="transfer ends")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _tell(self, event: TransferFinished) -> None:
        await self._deliver(event)


def _failed(order: Download | Upload, error: TransferError) -> TransferFinished:
    return TransferFinished(order.transfer_id, False, str(error), fault=error.fault)
