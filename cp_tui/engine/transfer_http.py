"""HTTP and HTTPS: fetch with GET, deliver with PUT. Blocking; runs in a thread of its own."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from cp_tui.charge_point.variables import TransferFault
from cp_tui.engine.transfer_file import DownloadFile, chunks
from cp_tui.engine.transfer_target import Target, TransferError, network_error
from cp_tui.ocpp.units import number

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

REDIRECTS_MAX = 5
_FAULTS: dict[int, TransferFault] = {
    HTTPStatus.BAD_REQUEST: TransferFault.BAD_MESSAGE,
    HTTPStatus.UNAUTHORIZED: TransferFault.PERMISSION_DENIED,
    HTTPStatus.FORBIDDEN: TransferFault.PERMISSION_DENIED,
    HTTPStatus.METHOD_NOT_ALLOWED: TransferFault.NOT_SUPPORTED_OPERATION,
    HTTPStatus.NOT_IMPLEMENTED: TransferFault.NOT_SUPPORTED_OPERATION,
}
Moved = Callable[[int, int | None], None]
"""Hears bytes done and total; raises `TransferCancelled` when it is over."""


class HttpCarrier:
    """Moves files by HTTP."""

    def __init__(
        self, target: Target, tls: ssl.SSLContext, *, connect_s: float, idle_s: float
    ) -> None:
        # Imported late, here and below: a start cannot wait for it.
        import httpx

        self._target = target
        self._idle_s = idle_s
        self._limits = httpx.Timeout(idle_s, connect=connect_s)
        self._connect_s = connect_s
        self._tls = tls

    def fetch(self, file: DownloadFile, moved: Moved) -> None:
        """Write what the location gives into a file; raises `TransferError`."""
        import httpx

        try:
            with self._client() as client:
                self._fetch(client, file, moved)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise self._explained(error) from None

    def _fetch(self, client: httpx.Client, file: DownloadFile, moved: Moved) -> None:
        # As it is: unpacked on the way, a small file could grow without limit.
        headers = {"Accept-Encoding": "identity"}
        request = client.build_request("GET", self._target.url, headers=headers)
        auth = self._auth()
        for _ in range(REDIRECTS_MAX + 1):
            with closing(client.send(request, auth=auth, stream=True)) as response:
                if response.next_request is not None:
                    request, auth = self._redirected(response.next_request), None
                    continue
                self._check(response)
                length = response.headers.get("Content-Length", "")
                total = int(length) if length.isdecimal() and len(length) < 20 else None
                file.expect(total)
                for chunk in response.iter_raw():
                    file.write(chunk)
                    moved(file.size_bytes, total)
                return
        raise TransferError(f"{self._target.where} redirects more than {REDIRECTS_MAX} times")

    def deliver(self, path: Path, moved: Moved) -> None:
        """Send a file to the location; raises `TransferError`."""
        import httpx

        total = path.stat().st_size

        def content() -> Iterator[bytes]:
            done = 0
            for chunk in chunks(path):
                yield chunk
                done += len(chunk)
                moved(done, total)

        kind = "application/zip" if self._target.file_name.endswith(".zip") else "text/plain"
        headers = {"Content-Length": str(total), "Content-Type": kind}
        try:
            with self._client() as client:
                request = client.build_request(
                    "PUT", self._target.url, headers=headers, content=content()
                )
                with closing(client.send(request, auth=self._auth(), stream=True)) as response:
                    self._check(response)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise self._explained(error) from None

    def _client(self) -> httpx.Client:
        import httpx

        # Like the link, it heeds no proxy of the environment.
        return httpx.Client(verify=self._tls, timeout=self._limits, trust_env=False)

    def _auth(self) -> httpx.BasicAuth | None:
        import httpx

        if self._target.user is None:
            return None
        return httpx.BasicAuth(self._target.user, self._target.password or "")

    def _redirected(self, request: httpx.Request) -> httpx.Request:
        if request.url.scheme != self._target.scheme and request.url.scheme != "https":
            is_http = request.url.scheme == "http"
            where = "an unprotected address" if is_http else "an address that is not HTTP or HTTPS"
            raise TransferError(f"{self._target.where} redirects to {where}")
        return request

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if 200 <= status < 300:
            return
        known = status in HTTPStatus._value2member_map_
        phrase = f" {HTTPStatus(status).phrase}" if known else ""
        fault = _FAULTS.get(status, TransferFault.OTHER)
        raise TransferError(f"{self._target.where} answered {status}{phrase}", fault)

    def _explained(self, error: Exception) -> TransferError:
        """Explain an error by its cause: the words of the library may hold the URL."""
        import httpx

        where = self._target.where
        if isinstance(error, httpx.ConnectTimeout):
            return TransferError(f"{where} does not answer within {number(self._connect_s)} s")
        if isinstance(error, httpx.TimeoutException):
            return network_error(TimeoutError(), where, self._idle_s)
        if isinstance(error, httpx.RemoteProtocolError):
            words = str(error)
            if "disconnected" in words or "closed" in words:
                return TransferError(f"{where} closed the connection")
            return TransferError(f"{where} does not speak HTTP", TransferFault.BAD_MESSAGE)
        if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
            return TransferError(f"the location at {where} is no valid URL")
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, OSError):
            cause = cause.__cause__ or cause.__context__
        return network_error(cause or error, where, self._idle_s)
