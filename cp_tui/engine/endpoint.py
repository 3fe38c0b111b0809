"""Where the charge point connects to: URL and credentials, as OCPP-J wants them.

Pure text work; the rules are in OCPP-J 1.6 section 3.1.1 and, for Basic, RFC 7617.
"""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote, urlsplit, urlunsplit

from msgspec import Struct
from msgspec.structs import replace

_DEFAULT_PORTS = {"ws": 80, "wss": 443}


class EndpointError(ValueError):
    """A URL or an id that cannot be used; the message is for the operator."""


class Endpoint(Struct, frozen=True):
    """One charge point's address at its CSMS."""

    uri: str
    """With the id, percent-encoded; never with credentials."""
    host: str
    port: int
    is_secure: bool
    charge_point_id: str


def endpoint(url: str, charge_point_id: str) -> Endpoint:
    """Append the percent-encoded id to the path of the URL (J 3.1.1); a query stays behind it."""
    if not charge_point_id:
        raise EndpointError("the charge point id is empty")
    place = endpoint_at(url, charge_point_id)
    where = urlsplit(url)
    path = f"{where.path.rstrip('/')}/{quote(charge_point_id, safe='')}"
    return replace(place, uri=urlunsplit(where._replace(path=path)))


def endpoint_at(uri: str, charge_point_id: str) -> Endpoint:
    """Take a URL that has the id already; raises `EndpointError`."""
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError as error:
        raise EndpointError(f"not a URL: {error}") from None
    if parts.scheme not in _DEFAULT_PORTS:
        found = f", not {parts.scheme}://" if parts.scheme else ""
        raise EndpointError(f"the URL must start with ws:// or wss://{found}")
    if not parts.hostname:
        raise EndpointError("the URL names no host")
    if parts.username is not None or parts.password is not None:
        raise EndpointError("the URL must not hold credentials; set AuthorizationKey instead")
    if parts.fragment:
        raise EndpointError("a URL with a fragment (#...) means nothing to a WebSocket")
    return Endpoint(
        uri=uri,
        host=parts.hostname,
        port=_DEFAULT_PORTS[parts.scheme] if port is None else port,
        is_secure=parts.scheme == "wss",
        charge_point_id=charge_point_id,
    )


def with_tls(plain: Endpoint) -> Endpoint:
    """Give the same place with TLS: the scheme alone changes, and a port that stands for it."""
    if plain.is_secure:
        return plain
    parts = urlsplit(plain.uri)
    return endpoint_at(urlunsplit(parts._replace(scheme="wss")), plain.charge_point_id)


def basic_authorization(charge_point_id: str, password: bytes) -> str:
    """Build the value of the Authorization header from the plain id and the bytes of the key (W 8).

    The user ends at the first colon (RFC 7617): an id with a colon would log in as somebody else.
    """
    if ":" in charge_point_id:
        raise EndpointError(
            f"the id {charge_point_id!r} holds a colon, which no user name of HTTP Basic can"
        )
    return "Basic " + b64encode(charge_point_id.encode() + b":" + password).decode("ascii")
