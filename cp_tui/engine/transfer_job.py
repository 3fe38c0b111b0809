"""One transfer from beginning to end, as it is done in a thread of its own; everything here blocks.

The protocols are known here and nowhere else.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag
from time import monotonic
from typing import Protocol

from msgspec import Struct, field

from cp_tui.charge_point.effects import Download, Upload
from cp_tui.charge_point.variables import FileFacts
from cp_tui.engine.diagnostics_archive import ArchiveSnapshot, LogPeriod, build
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.security_log import build_security_log
from cp_tui.engine.transfer_file import PART_SUFFIX, DownloadFile
from cp_tui.engine.transfer_target import LocalFileError, Target, TransferCancelled, TransferError

DOWNLOADS_FOLDER = "downloads"


class TransferSettings(Struct, frozen=True):
    """The limits of a transfer; tests have smaller ones."""

    connect_s: float = 20.0
    idle_s: float = 30.0
    """Longest silence of the other side."""
    total_s: float = 3_600.0
    """A server that sends a byte now and then is never silent, and never ready."""
    progress_s: float = 1.0
    """How often people hear how far it is."""
    download_bytes_max: int = 512 * 1024 * 1024


class Carrier(Protocol):
    """What moves a file by one protocol; raises `TransferError`."""

    def fetch(self, file: DownloadFile, moved: Callable[[int, int | None], None]) -> None:
        """Write what the location gives into a file."""

    def deliver(self, path: Path, moved: Callable[[int, int | None], None]) -> None:
        """Send a file to the location."""


class Job(Struct):
    """What a transfer needs, and whether it is still wanted."""

    target: Target
    settings: TransferSettings
    data_dir: Path
    make_tls: Callable[[], ssl.SSLContext]
    on_progress: Callable[[int, int | None], None]
    is_cancelled: Flag = field(default_factory=Flag)
    _told_at: float = 0.0

    def fetch(self, order: Download) -> FileFacts:
        """Fetch a file into the downloads; raises `TransferError`, `TransferCancelled`."""
        folder = self._folder()
        name, bytes_max = self.target.file_name, self.settings.download_bytes_max
        carrier = self._carrier(self.target)
        with DownloadFile(folder, order.transfer_id, name, bytes_max) as file:
            carrier.fetch(file, self._moved)
            self._moved(file.size_bytes, file.size_bytes)
            return file.keep()

    def send(self, order: Upload, snapshot: ArchiveSnapshot | None) -> None:
        """Build the file and deliver it; raises as `fetch` does.

        With a snapshot it is the diagnostics file, without one the security log.
        """
        path = self._folder() / f"{order.transfer_id}{PART_SUFFIX}"
        carrier = self._carrier(self.target.joined(order.file_name))
        try:
            try:
                period = LogPeriod(order.start_time, order.stop_time)
                if snapshot is None:
                    build_security_log(path, self.data_dir, period)
                else:
                    build(path, snapshot, self.data_dir, period)
            except OSError as error:
                raise LocalFileError(f"the file cannot be made: {error.strerror}") from None
            carrier.deliver(path, self._moved)
        finally:
            path.unlink(missing_ok=True)

    def _folder(self) -> Path:
        folder = self.data_dir / DOWNLOADS_FOLDER
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise LocalFileError(f"no folder for files: {error.strerror}") from None
        return folder

    def _carrier(self, target: Target) -> Carrier:
        """Choose the protocol; both are imported late, a start cannot wait for them."""
        connect_s, idle_s = self.settings.connect_s, self.settings.idle_s
        try:
            tls = None if target.scheme == "ftp" else self.make_tls()
        except EngineStartError as error:
            raise TransferError(str(error)) from None
        if target.scheme in ("ftp", "ftps"):
            from cp_tui.engine.transfer_ftp import FtpCarrier

            return FtpCarrier(target, tls, connect_s=connect_s, idle_s=idle_s)
        from cp_tui.engine.transfer_http import HttpCarrier

        assert tls is not None
        return HttpCarrier(target, tls, connect_s=connect_s, idle_s=idle_s)

    def _moved(self, done_bytes: int, total_bytes: int | None) -> None:
        if self.is_cancelled.is_set():
            raise TransferCancelled
        now = monotonic()
        if now - self._told_at >= self.settings.progress_s:
            self._told_at = now
            self.on_progress(done_bytes, total_bytes)
