"""What the server says in a TLS handshake, as it says it, whether it is trusted or not.

The ssl module tells little of a handshake that fails: not the certificates that it refused, not
whether the server had asked for ours, and an alert only as the text of an error that, with TLS 1.3,
comes when the handshake had looked fine. Its hook for debugging sees each message, is there in
every Python from 3.8 on under this name, and is looked for here and nowhere else. Without it there
is less to tell.
"""

from __future__ import annotations

import ssl
from typing import Any

CHAIN_MAX = 10
"""How many certificates of a server are looked at."""

_HOOK = "_msg_callback"
_ALERT, _HANDSHAKE = 21, 22
_CERTIFICATE, _CERTIFICATE_REQUEST = 11, 13
_HEADER_BYTES = 4


class Witness:
    """Hears the handshake of the next connection that is made with a context.

    One connection at a time; `end` lets go of the context.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self.chain: tuple[str, ...] = ()
        """What the server has shown, PEM, its own certificate first."""
        self.can_hear = hasattr(context, _HOOK)
        self.has_asked = False
        """It has asked for a certificate of ours."""
        self.alert: int | None = None
        """The newest alert that it has sent (RFC 8446 6)."""
        self._context = context
        if self.can_hear:
            setattr(context, _HOOK, self._heard)

    def end(self) -> None:
        """Listen no more: each message would cost time."""
        if self.can_hear:
            setattr(self._context, _HOOK, None)

    def _heard(
        self, _: Any, direction: str, version: int, content: int, kind: int, data: bytes
    ) -> None:
        if direction != "read":
            return
        if content == _ALERT:
            self.alert = int(kind)
        elif content == _HANDSHAKE and kind == _CERTIFICATE_REQUEST:
            self.has_asked = True
        elif content == _HANDSHAKE and kind == _CERTIFICATE:
            is_newest = version == ssl.TLSVersion.TLSv1_3
            self.chain = tuple(map(ssl.DER_cert_to_PEM_cert, shown(data, is_newest)))


def shown(message: bytes, is_tls_1_3: bool) -> list[bytes]:
    """Take the message apart that shows certificates (RFC 5246 7.4.2, RFC 8446 4.4.2).

    What is cut off is left out; the certificates themselves are not looked into.
    """
    at = _HEADER_BYTES
    if is_tls_1_3:
        at += 1 + int.from_bytes(message[at : at + 1], "big")
    at += 3
    found: list[bytes] = []
    while at + 3 <= len(message) and len(found) < CHAIN_MAX:
        end = at + 3 + int.from_bytes(message[at : at + 3], "big")
        if end > len(message):
            break
        found.append(message[at + 3 : end])
        at = end
        if is_tls_1_3:
            at += 2 + int.from_bytes(message[at : at + 2], "big")
    return found
