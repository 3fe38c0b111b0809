"""A refused upgrade is told with the cause that the CSMS gives, and with what became of the URL."""

from __future__ import annotations

from base64 import b64encode

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Response

from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.variables import LinkFault, LinkStep
from cp_tui.engine.endpoint import endpoint
from cp_tui.engine.link_failure import LinkFailure
from cp_tui.engine.upgrade import CAUSE_MAX, from_settings, upgrade_failure

KEY = b"0123456789abcdef"
PLACE = endpoint("ws://h:1", "CP001")
SAME_KEY = "AuthorizationKey here and at the CSMS must be the same"


def hint(body: str, status: int = 401, kind: str = "text/plain; charset=utf-8") -> str:
    """Give the hint to a refusal with this body."""
    phrase = {401: "Unauthorized", 403: "Forbidden"}[status]
    response = Response(status, phrase, Headers({"Content-Type": kind}), body.encode())
    failure = upgrade_failure(PLACE, KEY, response, ValueError("refused"))
    assert failure.text.endswith("refused user 'CP001' with a key of 16 bytes")
    return failure.hint


def test_the_cause_that_the_csms_gives_stands_before_what_to_check() -> None:
    words = "it has come in security profile 3"
    assert hint(f"{words}\n", 403) == (
        f"the CSMS says '{words}'; {SAME_KEY}, or the CSMS wants a higher SecurityProfile"
    )
    assert hint("wrong password") == f"the CSMS says 'wrong password'; {SAME_KEY}"
    assert hint("one\x1b[2J\ntwo") == f"the CSMS says 'one\\x1b[2J'; {SAME_KEY}"
    said = hint("x" * 1_000).removesuffix(f"; {SAME_KEY}")
    assert said == f"the CSMS says '{'x' * (CAUSE_MAX - 3)}...'"


@pytest.mark.parametrize("body", ["", " \n", "Unauthorized.\n", "Forbidden", "<h1>no</h1>"])
def test_what_says_nothing_new_or_is_a_web_page_is_not_quoted(body: str) -> None:
    status, kind = (403, "text/plain") if body == "Forbidden" else (401, "text/plain")
    assert "says" not in hint(body, status, "text/html" if "<" in body else kind)


@pytest.mark.parametrize(
    "form",
    [
        KEY.decode().upper(),
        KEY.hex(),
        b64encode(b"CP001:" + KEY).decode(),
        "x\nno, not " + KEY.decode(),
        "AuthorizationKey 1",
        "password: 1",
    ],
)
def test_what_echoes_the_key_is_not_quoted(form: str) -> None:
    assert hint(f"you sent {form}") == SAME_KEY


def test_the_hint_says_that_a_profile_has_swapped_the_scheme() -> None:
    def found(profile: int, failure: LinkFailure, url: str = "ws://h:1") -> str:
        scheme = "wss" if profile >= 2 else "ws"
        sent = SetCredentials(None, "", profile=profile, url=f"{scheme}://h:1/CP001")
        return from_settings(failure, endpoint(url, "CP001"), sent).hint

    tls, http = LinkFailure(LinkStep.TLS, "no", "a hint"), LinkFailure(LinkStep.HTTP, "no")
    assert found(3, tls, "wss://h:1") == "a hint"
    assert found(3, tls) == "SecurityProfile 3 makes wss:// of the ws:// in csms.url: a hint"
    assert found(1, http) == ""
    words = "SecurityProfile 1 makes ws:// of the wss:// in csms.url"
    assert found(1, http, "wss://h:1") == words
    # Where the server has said what it does not like, it is not the scheme.
    assert found(3, LinkFailure(LinkStep.HTTP, "no", http_status=403)) == ""
    assert found(3, LinkFailure(LinkStep.TLS, "no", fault=LinkFault.CIPHER_SUITE)) == ""
    assert found(3, LinkFailure(LinkStep.OPEN, "no")) == ""
