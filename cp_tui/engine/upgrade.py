"""The upgrade from HTTP to a WebSocket: where to, what is sent, and why it was refused (J 3).

Pure, for whoever moves the bytes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.variables import LinkStep
from cp_tui.engine.endpoint import (
    SUBPROTOCOL,
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
from cp_tui.ocpp.units import number

if TYPE_CHECKING:
    from websockets.http11 import Response


def where_to(known: Endpoint, sent: SetCredentials) -> Endpoint:
    """Give where to connect to; `known` is the place in the settings. Raises `EndpointError`."""
    if sent.url is not None:
        return endpoint_at(sent.url, known.charge_point_id)
    return with_tls(known) if sent.profile >= 2 else known


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
        return status_failure(response, endpoint, None if password is None else len(password))
    offered = response.headers.get_all("Sec-WebSocket-Protocol")
    if offered and offered != [SUBPROTOCOL]:
        return subprotocol_failure(", ".join(offered))
    return LinkFailure(
        LinkStep.HTTP,
        f"the server's answer to the upgrade request is invalid: {error}",
        http_status=101,
    )


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
