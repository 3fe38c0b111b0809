"""FTP, and FTP over TLS (FTPS, explicit: RFC 4217), in passive mode. Blocking; runs in a thread."""

from __future__ import annotations

import ftplib
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import IPPROTO_TCP, TCP_NODELAY, socket

from cp_tui.charge_point.variables import TransferFault
from cp_tui.engine.transfer_file import CHUNK_BYTES, DownloadFile
from cp_tui.engine.transfer_target import Target, TransferError, network_error

Moved = Callable[[int, int | None], None]
"""Hears bytes done and total; raises `TransferCancelled` when it is over."""

_CODES = {
    "421": "closes its service",
    "425": "cannot open a data connection",
    "426": "broke the transfer off",
    "430": "refuses the login",
    "450": "cannot reach the file now",
    "452": "has no space left",
    "522": "refuses the protection of the data connection",
    "530": "refuses the login",
    "534": "does not offer TLS",
    "550": "does not have the file or the folder, or gives no right to it",
    "552": "has no space left",
    "553": "does not allow the name of the file",
}
_FAULTS = {
    "430": TransferFault.PERMISSION_DENIED,
    "500": TransferFault.BAD_MESSAGE,
    "501": TransferFault.BAD_MESSAGE,
    "502": TransferFault.NOT_SUPPORTED_OPERATION,
    "503": TransferFault.BAD_MESSAGE,
    "504": TransferFault.NOT_SUPPORTED_OPERATION,
    "522": TransferFault.NOT_SUPPORTED_OPERATION,
    "530": TransferFault.PERMISSION_DENIED,
    "532": TransferFault.PERMISSION_DENIED,
    "534": TransferFault.NOT_SUPPORTED_OPERATION,
    "553": TransferFault.PERMISSION_DENIED,
}
_NO_RIGHT = re.compile(r"permission|privilege|denied", re.IGNORECASE)
"""What servers say with a 550 that is not about a folder that is missing."""


class _Ftp(ftplib.FTP):
    """FTP that knows where it is opening a data connection: another port than that of the login."""

    data_at = ""

    def makepasv(self) -> tuple[str, int]:
        host, port = super().makepasv()
        self.data_at = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return host, port

    def sendcmd(self, cmd: str) -> str:
        # The first command after the data connection is there.
        self.data_at = ""
        return super().sendcmd(cmd)


class _FtpTls(_Ftp, ftplib.FTP_TLS):
    """FTP over TLS whose data connections resume the session of the control connection.

    Many servers insist on that, to be sure that both come from the same client.
    """

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[socket, int | None]:
        connection, size = _Ftp.ntransfercmd(self, cmd, rest)
        session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
        return (
            self.context.wrap_socket(connection, server_hostname=self.host, session=session),
            size,
        )


class FtpCarrier:
    """Moves files by FTP."""

    def __init__(
        self, target: Target, tls: ssl.SSLContext | None, *, connect_s: float, idle_s: float
    ) -> None:
        self._target = target
        self._tls = tls
        self._connect_s = connect_s
        self._idle_s = idle_s

    def fetch(self, file: DownloadFile, moved: Moved) -> None:
        """Write what the location gives into a file; raises `TransferError`."""
        with self._session() as ftp:
            total = _size(ftp, self._target.plain_path)
            file.expect(total)

            def take(chunk: bytes) -> None:
                file.write(chunk)
                moved(file.size_bytes, total)

            ftp.retrbinary(f"RETR {self._target.plain_path}", take, CHUNK_BYTES)

    def deliver(self, path: Path, moved: Moved) -> None:
        """Send a file to the location; raises `TransferError`."""
        total = path.stat().st_size
        done = 0

        def sent(chunk: bytes) -> None:
            nonlocal done
            done += len(chunk)
            moved(done, total)

        with self._session() as ftp, path.open("rb") as file:
            ftp.storbinary(f"STOR {self._target.plain_path}", file, CHUNK_BYTES, sent)

    @contextmanager
    def _session(self) -> Iterator[ftplib.FTP]:
        """Log in, and out again; explain whatever fails."""
        where = self._target.where
        limit_s = self._connect_s
        ftp = _Ftp() if self._tls is None else _FtpTls(context=self._tls)
        try:
            ftp.connect(self._target.host, self._target.port, timeout=self._connect_s)
            limit_s = ftp.timeout = self._idle_s
            assert ftp.sock is not None
            ftp.sock.settimeout(self._idle_s)
            # The first command follows the end of a TLS handshake, unacknowledged.
            ftp.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
            ftp.login(self._target.user or "", self._target.password or "")
            if isinstance(ftp, _FtpTls):
                ftp.prot_p()
            yield ftp
            with suppress(ftplib.Error, OSError, EOFError):
                # The file has arrived: however the server says goodbye, that remains.
                ftp.voidcmd("QUIT")
        except ftplib.Error as error:
            raise refused(error, where) from None
        except (OSError, EOFError) as error:
            if ftp.data_at:
                where = f"the data port {ftp.data_at} that {where} named"
            raise network_error(error, where, limit_s) from None
        except UnicodeDecodeError:
            raise TransferError(f"{where} does not speak FTP", TransferFault.BAD_MESSAGE) from None
        except ValueError:
            # ftplib refuses a line break in a command.
            raise TransferError("the location holds what FTP cannot say") from None
        finally:
            ftp.close()


def _size(ftp: ftplib.FTP, path: str) -> int | None:
    """Ask how long a file is; not every server knows the question."""
    try:
        ftp.voidcmd("TYPE I")
        return ftp.size(path)
    except ftplib.error_perm:
        return None


def refused(error: ftplib.Error, where: str) -> TransferError:
    """Explain a reply; its own words may repeat the user name and are left out."""
    reply = str(error)
    code = reply[:3]
    words = _CODES.get(code, "did not do what was asked")
    if not code.isdecimal():
        return TransferError(f"{where} {words}", TransferFault.BAD_MESSAGE)
    fault = _FAULTS.get(code, TransferFault.OTHER)
    if code == "550" and _NO_RIGHT.search(reply):
        fault = TransferFault.PERMISSION_DENIED
    return TransferError(f"{where} {words} (FTP {code})", fault)
