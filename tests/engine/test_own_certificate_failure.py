"""A CSMS does not take our certificate, or misses it: which one, what is wrong, what to do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from cp_tui.certificates.authority import Validity
from cp_tui.certificates.certificate_error import moment
from cp_tui.charge_point.variables import LinkFault, LinkStep
from cp_tui.engine.own_certificate_failure import Heard, refused_by_status, refused_in_tls
from tests.engine.links import port_of, websocket_server
from tests.engine.test_tls_faults import failure
from tests.engine.tls_servers import NOW, OVER, TO_COME, YEAR, Pki

NEW_ONE = "set security profile 2, and ask for a new certificate there"
UNREADABLE = "the private key of the one that is there cannot be read"
HERE = f"and here it is {moment(NOW)}"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


def heard(pki: Pki, validity: Validity = YEAR, alert: int | None = None) -> Heard:
    """What was heard in profile 3, where a certificate with these dates was shown."""
    return Heard(alert, True, pki.own(pki.root, validity).chain, profile=3)


@pytest.mark.parametrize(
    ("validity", "dates", "hint"),
    [
        (YEAR, f"valid until {YEAR.end:%Y-%m-%d %H:%M}Z", "does the CSMS know"),
        (
            OVER,
            f"which ended at {moment(OVER.end)}, {HERE}",
            f"{NEW_ONE}; or the clock of this machine is wrong",
        ),
        (
            TO_COME,
            f"which begins at {moment(TO_COME.begin)}, {HERE}",
            "check the clock of this machine",
        ),
    ],
    ids=["valid", "ended", "to come"],
)
def test_its_dates_are_told_with_our_clock_where_they_are_the_cause(
    pki: Pki, validity: Validity, dates: str, hint: str
) -> None:
    which = (
        f"the certificate of this charge point 'SN-0001', issued by 'CN=Root,O=Operator', {dates}"
    )
    closed = refused_in_tls("h:1", heard(pki, validity), NOW)
    assert closed.text == f"h:1 closed the connection when it had seen {which}"
    said = refused_in_tls("h:1", heard(pki, validity, alert=45), NOW)
    assert said.text == f"h:1 refused {which}: certificate expired"
    status = refused_by_status(401, "Unauthorized", heard(pki, validity), NOW)
    assert status.text == f"HTTP 401 Unauthorized: refused {which}"
    for found in (closed, said, status):
        assert found.hint.startswith(hint)
        assert found.fault is LinkFault.CLIENT_CERTIFICATE


@pytest.mark.parametrize(
    ("why", "words"), [("", "there is none"), (UNREADABLE, UNREADABLE)], ids=["none", "no key"]
)
def test_in_profile_3_a_certificate_that_is_missing_is_told_with_the_reason(
    why: str, words: str
) -> None:
    missing = Heard(116, has_asked=True, profile=3, no_certificate=why)
    found = refused_in_tls("h:1", missing, NOW)
    assert found.text == f"h:1 wants a client certificate, and none was shown: {words}"
    assert found.hint == NEW_ONE
    found = refused_by_status(403, "Forbidden", missing, NOW)
    assert found.text == f"HTTP 403 Forbidden: no client certificate was shown: {words}"
    assert (found.hint, found.fault) == (NEW_ONE, LinkFault.CLIENT_CERTIFICATE)


def test_a_csms_that_did_not_ask_for_it_has_not_refused_it(pki: Pki) -> None:
    not_asked = replace(heard(pki), has_asked=False)
    found = refused_by_status(401, "Unauthorized", not_asked, NOW)
    assert "the CSMS did not ask for the certificate of this charge point" in found.text
    assert found.fault is LinkFault.REFUSED_CREDENTIALS
    unknown = replace(heard(pki), has_asked=None)
    assert refused_by_status(401, "no", unknown, NOW).fault is LinkFault.CLIENT_CERTIFICATE


def test_what_is_no_certificate_is_told_without_its_names() -> None:
    found = refused_in_tls("h:1", Heard(42, has_asked=True, certificate=("?",)), NOW)
    assert found.text == "h:1 refused the certificate of this charge point: bad certificate"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_status_over_tls_says_that_it_is_the_certificate(pki: Pki, status: int) -> None:
    def refuse(connection: ServerConnection, request: Request) -> Response:
        return connection.respond(status, "no")

    sent = pki.sent(pki.own(pki.root), password=b"0123456789abcdef")
    async with websocket_server(ssl=pki.good_server(pki.root), process_request=refuse) as server:
        error = await failure(pki, port_of(server), sent, LinkFault.CLIENT_CERTIFICATE)
    assert (error.step, error.http_status) == (LinkStep.HTTP, status)
    assert ": refused the certificate of this charge point 'SN-0001'" in error.text
    assert "AuthorizationKey" not in f"{error.text} {error.hint}"


async def test_a_csms_that_misses_it_is_told_why_there_is_none(pki: Pki) -> None:
    sent = replace(pki.sent(), profile=3, no_certificate=UNREADABLE)
    async with websocket_server(ssl=pki.good_server(pki.root)) as server:
        error = await failure(pki, port_of(server), sent, LinkFault.CLIENT_CERTIFICATE)
    assert error.text.endswith(f"none was shown: {UNREADABLE}")
    assert error.hint == NEW_ONE
