"""The head of an HTTP message, as far as a tap has to read and change it.

Only two things of a request change, since the CSMS is another place than the tap: the path, where
that of the CSMS has a beginning of its own, and the Host. All else goes on byte by byte.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from msgspec import Struct

from cp_tui.engine.endpoint import Endpoint

END = b"\r\n\r\n"
HEAD_MAX = 65_536
"""Bytes of a head; websockets and browsers take less."""
_HOST = re.compile(rb"(?im)^(host[ \t]*:[ \t]*)[^\r\n]*")
_DEFAULT_PORTS = (80, 443)


class HttpHeadError(ValueError):
    """What came is no head of a WebSocket handshake; the text says why."""


class HttpHead(Struct, frozen=True):
    """First line and headers, as they came."""

    raw: bytes
    """With the empty line at its end."""
    start: str
    headers: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """Give the values of a header, joined as HTTP has it; empty: it is not there."""
        return ", ".join(value for each, value in self.headers if each.lower() == name)

    @property
    def target(self) -> str:
        """Of a request: what it asks for."""
        parts = self.start.split(" ")
        return parts[1] if len(parts) == 3 else ""

    @property
    def status(self) -> int | None:
        """Of a response."""
        parts = self.start.split(" ", 2)
        return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else None


def http_head(raw: bytes) -> HttpHead:
    """Read a head; raises `HttpHeadError`."""
    first, *rest = raw.removesuffix(END).decode("latin-1").split("\r\n")
    headers = []
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon:
            raise HttpHeadError("a line of its head has no colon")
        headers.append((name.strip(), value.strip()))
    if " HTTP/1." not in first and not first.startswith("HTTP/1."):
        raise HttpHeadError("it does not speak HTTP/1.1")
    return HttpHead(raw, first, tuple(headers))


def for_upstream(head: HttpHead, upstream: Endpoint) -> bytes:
    """Give the request as the CSMS gets it."""
    method, _, rest = head.raw.partition(b" ")
    target, _, after = rest.partition(b" ")
    target = upstream_target(target.decode("latin-1"), upstream).encode("latin-1")
    port = "" if upstream.port in _DEFAULT_PORTS else f":{upstream.port}"
    host = f"[{upstream.host}]" if ":" in upstream.host else upstream.host
    new_host = f"{host}{port}".encode()
    after = _HOST.sub(lambda found: found[1] + new_host, after, count=1)
    return b" ".join((method, target, after))


def upstream_target(target: str, upstream: Endpoint) -> str:
    """Give the path at the CSMS: its own beginning, then the identity, which is the last part.

    A CSMS that is named without a path gets the one that the charge point asked for.
    """
    base = urlsplit(upstream.uri).path.rstrip("/")
    path, mark, query = target.partition("?")
    if not base:
        return target
    identity = path.rstrip("/").rpartition("/")[2]
    return f"{base}/{identity}{mark}{query}"
