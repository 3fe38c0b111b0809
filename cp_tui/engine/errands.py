"""What the mind has done with files beside the loop: keys, the security log, files that came.

Each order is carried out in a thread, for a disk may hang and a key takes long to make. What came
of it is told to the mind in a turn to come, unless it has booted since.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.charge_point.effects import (
    EmptySecurityLog,
    ForgetKey,
    InspectFile,
    LogSecurityEvent,
    MakeCertificateRequest,
)
from cp_tui.charge_point.events import (
    CertificateRequestFailed,
    CertificateRequestMade,
    Event,
    FileInspected,
)
from cp_tui.engine.disk import on_disk
from cp_tui.engine.keys import KeyFile, KeyFolder
from cp_tui.engine.security_log import SecurityLog
from cp_tui.engine.transfer_file import inspected
from cp_tui.engine.transfer_job import DOWNLOADS_FOLDER
from cp_tui.engine.transfer_target import TransferError
from cp_tui.engine.troubles import TroubleKeeper
from cp_tui.ocpp.plural import count

KEY_TIME_S = 120.0
"""The longest time to make a key and to write it: RSA with 4096 bits, on a small machine."""
FILE_TIME_S = 300.0
"""The longest time to read a file that was fetched."""
UNUSABLE = "keys.unusable"
"""The trouble: there are private keys that cannot be read."""
UNUSABLE_HINT = "certificates with other keys are used; else have a new certificate made"

Errand: TypeAlias = (
    MakeCertificateRequest | ForgetKey | InspectFile | LogSecurityEvent | EmptySecurityLog
)


class Errands:
    """The orders of one engine; `readable_keys` is what there is to connect with."""

    def __init__(
        self,
        data_dir: Path,
        security_log: SecurityLog,
        *,
        deliver: Callable[[Event], Awaitable[None]],
        log: logging.Logger,
        troubles: TroubleKeeper,
    ) -> None:
        self.readable_keys: frozenset[str] = frozenset()
        self._downloads = data_dir / DOWNLOADS_FOLDER
        self._keys = KeyFolder(data_dir)
        self._unusable: dict[str, str] = {}
        self._security_log = security_log
        self._deliver = deliver
        self._log = log
        self._troubles = troubles
        self._under_way: set[asyncio.Task[None]] = set()

    async def look_at_keys(self, records: list[str]) -> None:
        """Delete the keys that none of the records names, and see which of the others are good."""
        try:
            gone = await on_disk(partial(self._keys.tidy, records), "reading the private keys")
            good, bad = await on_disk(self._keys.look, "reading the private keys")
        except OSError as error:
            good, bad = frozenset(), (KeyFile("", error.strerror or type(error).__name__),)
        else:
            if gone:
                self._log.info("%s without a certificate deleted", count(len(gone), "private key"))
        self.readable_keys = good
        self._unusable = {each.key_id: each.why for each in bad}
        self._tell_unusable()

    def start(self, errand: Errand) -> None:
        """Begin with an order."""
        work: Coroutine[Any, Any, Event | None]
        match errand:
            case LogSecurityEvent(line):
                self._security_log.put(line)
                return
            case EmptySecurityLog():
                self._security_log.empty()
                return
            case MakeCertificateRequest():
                work = self._made(errand)
            case ForgetKey(key_id):
                work = self._forgotten(key_id)
            case InspectFile():
                work = self._inspected(errand)
        task = asyncio.create_task(self._carry_out(work), name="errand")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def cancel_all(self) -> None:
        """Tell nobody any more what comes of what is under way."""
        for task in self._under_way:
            task.cancel()

    async def end(self) -> None:
        """The same, at the end; nothing is delivered after this."""
        tasks = [*self._under_way]
        self.cancel_all()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self, work: Awaitable[Event | None]) -> None:
        event = await work
        if event is not None:
            await self._deliver(event)

    async def _made(self, order: MakeCertificateRequest) -> Event:
        try:
            made: CertificateRequestMade = await on_disk(
                partial(self._keys.make, order), "making a private key", limit_s=KEY_TIME_S
            )
        except CertificateError as error:
            return CertificateRequestFailed(order.key_id, error.text)
        except OSError as error:
            why = error.strerror or type(error).__name__
            return CertificateRequestFailed(order.key_id, f"the key cannot be stored: {why}")
        except Exception as error:
            # Whatever it says may quote a key.
            self._log.error("internal error: no key was made: %s", type(error).__name__)
            return CertificateRequestFailed(order.key_id, "internal error, see the log")
        self.readable_keys |= {order.key_id}
        return made

    async def _forgotten(self, key_id: str) -> Event | None:
        self.readable_keys -= {key_id}
        try:
            await on_disk(partial(self._keys.forget, key_id), "deleting a private key")
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            self._log.warning("a private key cannot be deleted: %s; the next start tries it", why)
        if self._unusable.pop(key_id, None) is not None:
            self._tell_unusable()
        return None

    async def _inspected(self, order: InspectFile) -> Event:
        look, name = partial(inspected, self._downloads, order.file), order.inspection_id
        try:
            return FileInspected(name, await on_disk(look, "reading", limit_s=FILE_TIME_S))
        except (TransferError, OSError) as error:
            text = error.strerror if isinstance(error, OSError) else str(error)
            return FileInspected(name, None, text or type(error).__name__)

    def _tell_unusable(self) -> None:
        if not self._unusable:
            self._troubles.end_trouble(UNUSABLE)
            return
        whats = [f"{name or 'their folder'}: {why}" for name, why in self._unusable.items()]
        keys = "Private keys" if "" in self._unusable else count(len(self._unusable), "private key")
        text = f"{keys} cannot be used: {'; '.join(whats)}"
        self._troubles.raise_trouble(UNUSABLE, text, UNUSABLE_HINT, len(self._unusable))
