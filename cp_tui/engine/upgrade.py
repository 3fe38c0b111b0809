"""The upgrade from HTTP to a WebSocket: where to, what is sent, and why it was refused (J 3).

Pure, for whoever moves the bytes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from cp_tui.certificates.certificate_error import shortened
from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.variables import LinkFault, LinkStep
from cp_tui.engine.endpoint import (
    Endpoint,
    EndpointError,
    basic_authorization,
    endpoint_at,
    with_tls,
)
from cp_tui.engine.link_failure import (
    LinkFailure,
    no_answer_failure,
    status_failure,
    subprotocol_failure,
)
from cp_tui.ocpp.frame import SUBPROTOCOL
from cp_tui.ocpp.redaction import may_hold_secret
from cp_tui.ocpp.units import number

if TYPE_CHECKING:
    from websockets.http11 import Response

URL_SETTING = "csms.url"
CAUSE_MAX = 160
"""How many characters of what a refusal says are told."""


def where_to(known: Endpoint, sent: SetCredentials) -> Endpoint:
    """Give where to connect to; `known` is the place in the settings. Raises `EndpointError`."""
    if sent.url is not None:
        return endpoint_at(sent.url, known.charge_point_id)
    return with_tls(known) if sent.profile >= 2 else known


def swapped_words(known: Endpoint, sent: SetCredentials) -> str:
    """Say that a profile has swapped the scheme of the URL in the settings; empty: it has not."""
    is_secure = where_to(known, sent).is_secure
    if sent.url_setting != URL_SETTING or is_secure == known.is_secure:
        return ""
    of, makes = ("ws", "wss") if is_secure else ("wss", "ws")
    return f"SecurityProfile {sent.profile} makes {makes}:// of the {of}:// in {URL_SETTING}"


def from_settings(failure: LinkFailure, known: Endpoint, sent: SetCredentials) -> LinkFailure:
    """Have the hint name the setting that the URL stands in, and what has become of it."""
    failure.hint = failure.hint.replace(URL_SETTING, sent.url_setting)
    if _is_of_scheme(failure):
        words = swapped_words(known, sent)
        failure.hint = ": ".join(filter(None, (words, failure.hint)))
    return failure


def _is_of_scheme(failure: LinkFailure) -> bool:
    """Whether the scheme may be the cause: nothing that makes sense has come back."""
    is_step = failure.step in (LinkStep.TCP, LinkStep.TLS, LinkStep.HTTP)
    return is_step and failure.http_status is None and failure.fault is LinkFault.OTHER


def password_of(sent: SetCredentials) -> bytes | None:
    """Give the password: a certificate says who we are, beside it none goes (W A00.FR.401)."""
    return None if sent.profile == 3 else sent.password


def upgrade_headers(endpoint: Endpoint, password: bytes | None) -> dict[str, str]:
    """Give the headers that prove who we are; raises `LinkFailure`."""
    if password is None:
        return {}
    try:
        return {"Authorization": basic_authorization(endpoint.charge_point_id, password)}
    except EndpointError as error:
        raise LinkFailure(
            LinkStep.HTTP,
            f"not tried: {error}",
            "choose an id without a colon, or use no AuthorizationKey",
        ) from None


def upgrade_failure(
    endpoint: Endpoint, password: bytes | None, response: Response | None, error: Exception
) -> LinkFailure:
    """Explain an upgrade that failed with this error; None: there was no answer to read."""
    if response is None:
        return no_answer_failure(endpoint, closed=True)
    if response.status_code != 101:
        failure = status_failure(response, endpoint, None if password is None else len(password))
        return failure.saying(cause_in(response, endpoint, password))
    offered = response.headers.get_all("Sec-WebSocket-Protocol")
    if offered and offered != [SUBPROTOCOL]:
        return subprotocol_failure(", ".join(offered))
    return LinkFailure(
        LinkStep.HTTP,
        f"the server's answer to the upgrade request is invalid: {error}",
        http_status=101,
    )


def cause_in(response: Response, endpoint: Endpoint, password: bytes | None) -> str:
    """Give what a refusal says beside its status; empty: nothing that may be shown."""
    kind = response.headers.get_all("Content-Type")
    if not kind or kind[0].partition(";")[0].strip().lower() != "text/plain":
        return ""
    text = response.body.decode(errors="replace").strip()
    line = shortened(text.partition("\n")[0].strip(), CAUSE_MAX)
    if line.rstrip(".").casefold() == response.reason_phrase.casefold():
        return ""
    return "" if may_hold_secret(text) or _holds(text, endpoint, password) else line


def _holds(text: str, endpoint: Endpoint, password: bytes | None) -> bool:
    """Whether a text has in any form what was sent as proof of who we are."""
    if not password:
        return False
    in_header = basic_authorization(endpoint.charge_point_id, password).removeprefix("Basic ")
    forms = password.decode(errors="replace"), password.hex(), in_header
    return any(form.casefold() in text.casefold() for form in forms)


def pong_failure(limit_s: float) -> LinkFailure:
    """Explain a ping without an answer."""
    return LinkFailure(
        LinkStep.OPEN,
        f"the CSMS did not answer a ping within {number(limit_s)} s",
        "the network or the CSMS hangs",
    )


def silent_logger() -> logging.Logger:
    """Make a logger that nobody hears: at DEBUG the library writes the Authorization header."""
    logger = logging.Logger("websockets", logging.CRITICAL)
    logger.addHandler(logging.NullHandler())
    return logger
