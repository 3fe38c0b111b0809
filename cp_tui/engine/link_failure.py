"""Why an attempt to connect failed, or a connection broke, in the words of a technician.

Pure: errors in, step, text and hint out. What the peer wrote (reason phrases, Location) is quoted
as it is; whoever shows it must treat it as foreign text.

The libraries say what they met ("WRONG_VERSION_NUMBER"), and a technician needs to know what to do
("use ws://"). The cases are those that happen in the field; every other one is told in the
library's words, with the step at which it happened, which is worth most.
"""

from __future__ import annotations

import errno
import socket
from datetime import datetime
from typing import TYPE_CHECKING

from cp_tui.charge_point.variables import LinkError, LinkFault, LinkStep
from cp_tui.engine.endpoint import Endpoint
from cp_tui.ocpp.frame import SUBPROTOCOL

if TYPE_CHECKING:
    from websockets.exceptions import ConnectionClosed
    from websockets.http11 import Response

FRAME_BYTES_MAX = 1 << 20
"""Longest message that we read; the standard has no limit, a full SendLocalList some 100 kB."""


FAIR_HINT = "in fair weather the network is as it is"
"""What to do about a failure that was wanted."""


class LinkFailure(Exception):
    """One attempt or connection that ended, with the step that failed."""

    def __init__(
        self,
        step: LinkStep,
        text: str,
        hint: str = "",
        *,
        http_status: int | None = None,
        close_code: int | None = None,
        fault: LinkFault = LinkFault.OTHER,
        shown: tuple[str, ...] = (),
    ) -> None:
        super().__init__(text)
        self.step = step
        self.text = text
        self.hint = hint
        self.http_status = http_status
        self.close_code = close_code
        self.fault = fault
        """What it means to security."""
        self.shown = shown
        """The certificates of a server that is not trusted, PEM, its own first."""

    def saying(self, words: str) -> LinkFailure:
        """Say first in the hint what the CSMS gives as the cause, if it gives one."""
        if words:
            said = f"the CSMS says {words!r}"
            self.hint = f"{said}; {self.hint}" if self.hint else said
        return self

    def by(self, weather: str) -> LinkFailure:
        """Say that this weather has done it, and what to do about that."""
        self.text = f"{self.text}, by {weather}"
        self.hint = f"nothing is broken: {FAIR_HINT}"
        return self

    def in_weather(self, weather: str) -> LinkFailure:
        """Say in the hint that this weather is set, where it was not said that it has done it."""
        if weather not in self.text:
            self.hint = f"{weather}, is set and may have done it: {FAIR_HINT}"
        return self

    def error(self, at: datetime) -> LinkError:
        """Put it into the form that is published."""
        return LinkError(
            step=self.step,
            text=self.text,
            hint=self.hint,
            http_status=self.http_status,
            close_code=self.close_code,
            at=at,
        )


def dns_failure(error: socket.gaierror, host: str) -> LinkFailure:
    """Explain why a name has no address."""
    if error.errno == socket.EAI_AGAIN:
        return LinkFailure(
            LinkStep.DNS,
            f"no name server answered for {host}",
            "check the network and the name servers of this machine",
        )
    if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
        return LinkFailure(LinkStep.DNS, f"no such name: {host}", "check the host in csms.url")
    return LinkFailure(LinkStep.DNS, f"{host}: {error.strerror or error}", "check csms.url")


def tcp_failure(error: OSError, host: str, port: int) -> LinkFailure:
    """Explain why TCP does not connect."""
    where = f"{host}:{port}"
    match error.errno:
        case errno.ECONNREFUSED:
            text = f"connection refused: nothing listens on {where}"
            hint = "check the port in csms.url, and whether the CSMS runs"
        case errno.ENETUNREACH | errno.EHOSTUNREACH | errno.EADDRNOTAVAIL:
            text = f"no route to {where}"
            hint = "check cable, modem, address and gateway of this machine"
        case errno.ETIMEDOUT:
            text = f"{where} does not answer"
            hint = "a firewall may drop the packets, or the host is down"
        case errno.ECONNRESET | errno.ECONNABORTED:
            text = f"{where} reset the connection"
            hint = ""
        case _:
            text = f"{where}: {error.strerror or type(error).__name__}"
            hint = ""
    return LinkFailure(LinkStep.TCP, text, hint)


def status_failure(response: Response, endpoint: Endpoint, key_bytes: int | None) -> LinkFailure:
    """Explain an HTTP answer that is no upgrade; `key_bytes`: length of the key that was sent."""
    status = response.status_code
    text = f"HTTP {status} {response.reason_phrase}".rstrip()
    identity = endpoint.charge_point_id
    hint = ""
    if status in (401, 403):
        if key_bytes is None:
            text += ": no credentials were sent"
            hint = "set AuthorizationKey"
        else:
            text += f": refused user {identity!r} with a key of {key_bytes} bytes"
            hint = "AuthorizationKey here and at the CSMS must be the same"
            if status == 403:
                # Not 401: the key may be right, and something else wrong (RFC 9110 15.5.4).
                hint += ", or the CSMS wants a higher SecurityProfile"
    elif status == 404:
        text += f": the CSMS does not know {identity!r}, or the path of the URL is wrong"
        hint = f"register the id at the CSMS; used was {endpoint.uri}"
    elif 300 <= status < 400:
        location = response.headers.get_all("Location")
        target = f" to {location[0]}" if location else ""
        text += f": redirects{target}; redirects are not followed"
        hint = "set csms.url to the new address, if you trust it"
    elif status == 200:
        text += ": a web page, not a WebSocket"
        hint = "check the path of csms.url"
    elif status in (502, 503, 504):
        text += ": the server is there, the CSMS behind it is not"
    elif status >= 500:
        text += ": the CSMS has an internal problem"
    elif status in (400, 426):
        text += ": the server did not take the WebSocket request"
        hint = "check path and port of csms.url"
    fault = LinkFault.REFUSED_CREDENTIALS if status == 401 else LinkFault.OTHER
    return LinkFailure(LinkStep.HTTP, text, hint, http_status=status, fault=fault)


def no_answer_failure(endpoint: Endpoint, closed: bool) -> LinkFailure:
    """Explain an upgrade request that got no HTTP answer at all."""
    where = f"{endpoint.host}:{endpoint.port}"
    if closed:
        text = f"{where} closed the connection without an answer to the upgrade request"
    else:
        text = f"{where} accepts connections but does not answer the upgrade request"
    hint = "" if endpoint.is_secure else "if the port speaks TLS, use wss://"
    return LinkFailure(LinkStep.HTTP, text, hint)


def subprotocol_failure(offered: str | None) -> LinkFailure:
    """Explain a handshake without agreement on the subprotocol (J 3.2)."""
    found = f"chose {offered!r}" if offered else "did not choose one"
    return LinkFailure(
        LinkStep.SUBPROTOCOL,
        f"the server does not agree to subprotocol {SUBPROTOCOL}: it {found}",
        "is this the OCPP 1.6 endpoint of the CSMS?",
    )


def closed_failure(error: ConnectionClosed) -> LinkFailure:
    """Explain why an open connection ended."""
    received, sent = error.rcvd, error.sent
    if received is not None and (sent is None or error.rcvd_then_sent):
        text = f"closed by the CSMS with code {received.code}"
        if received.reason:
            text += f": {received.reason}"
        return LinkFailure(LinkStep.OPEN, text, close_code=received.code)
    if sent is not None and sent.code != 1000:
        broken = {
            1009: f"the CSMS sent a message larger than {FRAME_BYTES_MAX // 1024} KiB",
            1007: "the CSMS sent text that is not UTF-8",
            1002: "the CSMS broke the WebSocket protocol",
        }
        text = f"{broken.get(sent.code, 'closed by us')} (closed with code {sent.code})"
        return LinkFailure(LinkStep.OPEN, text, sent.reason, close_code=sent.code)
    if sent is not None:
        return LinkFailure(LinkStep.OPEN, "closed by us", close_code=sent.code)
    cause = error.__cause__
    detail = f": {cause.strerror}" if isinstance(cause, OSError) and cause.strerror else ""
    return LinkFailure(
        LinkStep.OPEN,
        f"the connection broke without a close{detail}",
        "the CSMS ended, or something between drops idle links: lower WebSocketPingInterval",
        close_code=1006,
    )
