"""Whom the small CSMS lets in at a door: id, password, certificate (J 3.1.1, W A00)."""

from __future__ import annotations

import base64
import binascii
import hmac
import ssl
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import unquote

from msgspec import Struct
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers

if TYPE_CHECKING:
    from cp_tui.csms.security import CsmsSecurity


class NotAdmitted(Struct, frozen=True):
    """Why a connection is not taken."""

    status: HTTPStatus
    why: str


def charge_point_id_of(path: str) -> str:
    """Decode the last segment of the path; empty where there is none (J 3.1.1)."""
    segment = path.partition("?")[0].rpartition("/")[2]
    try:
        return unquote(segment, errors="strict")
    except UnicodeDecodeError:
        return ""


def why_no_password(
    charge_point_id: str, headers: Headers, is_right: Callable[[bytes], bool]
) -> str | None:
    """Say what is wrong with the credentials of a charge point, if something is (J 6.2.2)."""
    credentials = _basic_credentials(headers.get("Authorization", ""))
    if credentials is None:
        return "no HTTP Basic credentials"
    user, password = credentials
    # W 7.2: the user name is the id at the end of the URL.
    if user != charge_point_id.encode():
        return "the user name is not the charge point id"
    return None if is_right(password) else "wrong password"


def is_same(password: bytes, expected: bytes) -> bool:
    """Compare passwords in a time that tells nothing of them."""
    return hmac.compare_digest(password, expected)


def refusal_at(
    profile: int,
    charge_point_id: str,
    connection: ServerConnection,
    headers: Headers,
    security: CsmsSecurity,
) -> NotAdmitted | None:
    """Say why a charge point is not let in at a door of profile 1 to 3; None: it is."""
    if profile == 3:
        secured = tls_of(connection)
        assert secured is not None, "a door of profile 3 has TLS"
        shown = security.shown(secured)
        why = security.why_not(charge_point_id, shown)
        return None if why is None else NotAdmitted(HTTPStatus.FORBIDDEN, why)

    def is_right(password: bytes) -> bool:
        return security.is_password(charge_point_id, password)

    why = why_no_password(charge_point_id, headers, is_right)
    return None if why is None else NotAdmitted(HTTPStatus.UNAUTHORIZED, why)


def tls_of(connection: ServerConnection) -> ssl.SSLObject | None:
    """Give the TLS of a connection; None: it has none."""
    found: ssl.SSLObject | None = connection.transport.get_extra_info("ssl_object")
    return found


def _basic_credentials(header: str) -> tuple[bytes, bytes] | None:
    """Split an Authorization header into user and password, both raw bytes (RFC 7617)."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error:
        return None
    user, colon, password = decoded.partition(b":")
    return (user, password) if colon else None
