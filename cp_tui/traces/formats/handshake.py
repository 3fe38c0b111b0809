"""The HTTP request that began a connection: whose it was and how safe, without its secrets."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from cp_tui.ocpp.redaction import MASK, shown_location
from cp_tui.traces.frames import is_masked
from cp_tui.traces.record import LinkEvent, LinkKind

_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
HEADERS_MAX = 50
_TLS = {"wss": True, "https": True, "ws": False, "http": False}


def charger_of(url: str) -> str | None:
    """Give the identity of a charge point: the last part of the path (J 3.1.1)."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return None
    return unquote(path.rstrip("/").rpartition("/")[2]) or None


def handshake(
    url: str,
    request: Iterable[tuple[str, str]],
    response: Iterable[tuple[str, str]] | None = None,
    status: int | None = None,
    *,
    is_tls: bool | None = None,
) -> LinkEvent:
    """Describe a handshake by its headers; response None: the log does not have them."""
    headers = {name.lower(): value for name, value in request}
    authorization = headers.get("authorization", "")
    scheme, _, credentials = authorization.partition(" ")
    answered = None if response is None else {n.lower(): v for n, v in response}
    scheme_of_url, separator, _ = url.partition("://")
    return LinkEvent(
        LinkKind.HANDSHAKE,
        url=shown_location(url),
        headers={
            name: MASK if name in _SECRET else value[:200]
            for name, value in list(headers.items())[:HEADERS_MAX]
        },
        status=status,
        subprotocol=None if answered is None else answered.get("sec-websocket-protocol", ""),
        is_tls=_TLS.get(scheme_of_url.lower()) if separator else is_tls,
        authorization=scheme if credentials else "",
        has_secret=_is_readable(credentials) or _has_password(url),
    )


def _is_readable(credentials: str) -> bool:
    return bool(credentials) and not is_masked(f'"{credentials}"')


def _has_password(url: str) -> bool:
    try:
        return _is_readable(urlsplit(url).password or "")
    except ValueError:
        return False


class HandshakeLines:
    """Gathers a handshake from a log that has a line for each header."""

    def __init__(self) -> None:
        self._begin(None)

    def _begin(self, path: str | None) -> None:
        self._path = path
        self._request: list[tuple[str, str]] = []
        self._response: list[tuple[str, str]] = []
        self._status: int | None = None

    def take(self, text: str) -> None:
        """Take in one line of HTTP."""
        if text.startswith("GET "):
            self._begin(text.split()[1] if len(text.split()) > 1 else "")
        elif text.startswith("HTTP/"):
            code = [*text.split(), ""][1]
            self._status = int(code) if code.isdigit() else None
        elif self._path is not None:
            name, colon, value = text.partition(":")
            if colon:
                into = self._request if self._status is None else self._response
                if len(into) < HEADERS_MAX:
                    into.append((name.strip(), value.strip()))

    def finish(self) -> LinkEvent | None:
        """Give the handshake that was gathered, once."""
        if self._path is None:
            return None
        response = self._response if self._status is not None else None
        found = handshake(self._path, self._request, response, self._status)
        self._path = None
        return found
