"""Where a file transfer goes: a location taken apart, and what can go wrong on the way, in words.

Credentials are used and never said: no text that is made here holds a part of the location but host
and port.
"""

from __future__ import annotations

import socket
import ssl
from urllib.parse import quote, unquote, urlsplit

from cp_tui.charge_point.variables import TransferFault
from cp_tui.ocpp.discreet import Discreet
from cp_tui.ocpp.units import number

SCHEMES = ("ftp", "ftps", "http", "https")
_DEFAULT_PORTS = {"ftp": 21, "ftps": 21, "http": 80, "https": 443}
LOCATION_LENGTH_MAX = 4_000


class TransferError(Exception):
    """A transfer that failed; the message is one line for people, without credentials."""

    def __init__(self, text: str, fault: TransferFault = TransferFault.OTHER) -> None:
        super().__init__(text)
        self.fault = fault


class LocalFileError(TransferError):
    """The file could not be written here: no transfer will do better until that is mended."""


class TransferCancelled(Exception):
    """Nobody wants the transfer any more."""


class Target(Discreet, frozen=True):
    """A location, taken apart."""

    HIDDEN = frozenset({"query", "user", "password"})

    scheme: str
    host: str
    port: int
    path: str
    """Percent-encoded, from the first slash on."""
    query: str
    user: str | None
    password: str | None

    @property
    def where(self) -> str:
        """Host and port, for people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The location without user and password; the query may still hold a secret."""
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{self.where}{self.path}{query}"

    @property
    def plain_path(self) -> str:
        """The path as FTP names it: relative to where the login leads (RFC 1738 3.2.2)."""
        return unquote(self.path.removeprefix("/"))

    @property
    def file_name(self) -> str:
        """The last part of the path, decoded; empty for a directory."""
        return unquote(self.path.rpartition("/")[2])

    def joined(self, file_name: str) -> Target:
        """Give the location of a file in this directory."""
        path = f"{self.path.rstrip('/')}/{quote(file_name)}"
        return Target(self.scheme, self.host, self.port, path, self.query, self.user, self.password)


def target(location: str) -> Target:
    """Take a location apart; raises `TransferError` where that is impossible."""
    if len(location) > LOCATION_LENGTH_MAX:
        raise TransferError(f"the location is longer than {LOCATION_LENGTH_MAX} characters")
    try:
        parts = urlsplit(location)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise TransferError("the location is no valid URL") from None
    scheme = parts.scheme.lower()
    if scheme not in SCHEMES:
        # What stands before the colon may be a user name where the scheme was forgotten.
        named = f"scheme {scheme!r}" if "://" in location and scheme else "location without scheme"
        words = f"{named} is not supported, only {', '.join(SCHEMES)}"
        raise TransferError(words, TransferFault.NOT_SUPPORTED_OPERATION)
    if not host:
        raise TransferError("the location names no host")
    return Target(
        scheme=scheme,
        host=host,
        port=port or _DEFAULT_PORTS[scheme],
        path=parts.path or "/",
        query=parts.query,
        user=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


def network_error(error: BaseException, where: str, limit_s: float) -> TransferError:
    """Explain an error of socket or TLS."""
    match error:
        case socket.gaierror():
            text = f"the host name of {where} cannot be found"
        case TimeoutError():
            text = f"{where} did nothing for {number(limit_s)} s"
        case ssl.SSLCertVerificationError():
            text = f"the certificate of {where} is not trusted: {error.verify_message}"
        case ssl.SSLError():
            reason = (error.reason or "unknown error").replace("_", " ").lower()
            text = f"TLS with {where} failed: {reason}"
        case ConnectionRefusedError():
            text = f"{where} refuses connections"
        case EOFError() | ConnectionError():
            text = f"{where} closed the connection"
        case OSError():
            text = f"{where} cannot be reached: {error.strerror or type(error).__name__}"
        case _:
            text = f"the transfer with {where} failed: {type(error).__name__}"
    return TransferError(text)
