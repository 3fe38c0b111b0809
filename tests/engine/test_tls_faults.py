"""Security profiles 2 and 3 over real TLS: what is agreed is told, what fails is named (W A00)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from cp_tui.certificates.authority import Issued, Validity
from cp_tui.certificates.certificate_error import moment
from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.keys import key_usage, loaded_key, new_key
from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.events import LinkFailed, LinkOpened
from cp_tui.charge_point.variables import LinkError, LinkFault, LinkPhase
from cp_tui.engine.tls import TlsMaker
from cp_tui.engine.tls_witness import CHAIN_MAX, shown
from tests.certificates.making import make
from tests.engine.links import (
    PATIENT,
    LinkUnderTest,
    link_to,
    port_of,
    tcp_server,
    websocket_server,
)
from tests.engine.tls_servers import NOW, OVER, TO_COME, YEAR, Pki, alerting_server

PLACE = "localhost"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


def maker(pki: Pki, *, is_strict: bool = False) -> TlsMaker:
    return TlsMaker(None, True, is_strict=is_strict, key_file=pki.keys.path)


async def failure(
    pki: Pki,
    port: int,
    sent: SetCredentials,
    fault: LinkFault,
    *,
    host: str = PLACE,
    is_strict: bool = False,
) -> LinkError:
    """Make one attempt that must fail, and that the mind hears of once, as this."""
    tls = maker(pki, is_strict=is_strict).make
    url = f"wss://{host}:{port}/"
    async with link_to(url, make_tls=tls, settings=PATIENT) as under_test:
        under_test.link.set_credentials(sent)
        under_test.link.open()
        error = (await under_test.until_error()).last_error
        assert error is not None
        await under_test.until(lambda: under_test.state.next_attempt_at is not None)
        [failed] = under_test.events
        assert isinstance(failed, LinkFailed)
        assert (failed.fault, failed.text) == (fault, error.text)
        assert bool(failed.chain) is (fault is LinkFault.SERVER_CERTIFICATE)
    return error


def whole(error: LinkError) -> str:
    return f"{error.text} | {error.hint}"


async def opened(under_test: LinkUnderTest, sent: SetCredentials) -> LinkOpened:
    under_test.link.set_credentials(sent)
    under_test.link.open()
    await under_test.until_open()
    event = under_test.events[0]
    assert isinstance(event, LinkOpened)
    return event


async def test_profile_2_tells_version_suite_chain_and_root(pki: Pki) -> None:
    async with websocket_server(ssl=pki.good_server()) as server:
        url = f"wss://{PLACE}:{port_of(server)}/"
        async with link_to(url, make_tls=maker(pki).make) as under_test:
            event = await opened(under_test, pki.sent(password=b"0123456789abcdef"))
            assert event.tls == under_test.state.tls
            assert event.tls is not None
            assert event.tls.version == "TLS 1.3"
            assert [each.subject for each in event.tls.chain] == [
                "CN=localhost,O=Operator",
                "CN=Sub CA,O=Operator",
            ]
            assert event.tls.certificate == event.tls.chain[0]
            assert event.tls.anchor == "CN=Root,O=Operator"
            assert event.tls.asked_for_certificate is False
            assert event.chain[1:] == (pki.middle.certificate,)
            assert under_test.state.security_profile == 2


async def test_without_the_hook_the_chain_is_told_all_the_same(
    pki: Pki, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no public part of the library: some version may be without it."""
    monkeypatch.setattr("cp_tui.engine.tls_witness._HOOK", "_no_such_hook")
    async with websocket_server(ssl=pki.good_server()) as server:
        url = f"wss://{PLACE}:{port_of(server)}/"
        async with link_to(url, make_tls=maker(pki).make) as under_test:
            event = await opened(under_test, pki.sent())
    assert event.tls is not None
    assert event.tls.asked_for_certificate is None
    assert [each.subject.partition(",")[0] for each in event.tls.chain] == [
        "CN=localhost",
        "CN=Sub CA",
    ]
    assert event.chain[1:] == (pki.middle.certificate,)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_profile_3_shows_our_certificate_and_no_password(
    pki: Pki, version: ssl.TLSVersion
) -> None:
    """W A00.FR.401, 402: the certificate is what says who we are."""
    requests: list[Request] = []
    peers: list[object] = []

    async def note(connection: ServerConnection) -> None:
        assert connection.request is not None
        requests.append(connection.request)
        peers.append(connection.transport.get_extra_info("peercert"))
        await connection.wait_closed()

    context = pki.good_server(pki.root)
    context.maximum_version = version
    own = pki.own(pki.middle)
    async with websocket_server(note, ssl=context) as server:
        # The URL in the settings is without TLS: the profile has it all the same.
        url = f"ws://{PLACE}:{port_of(server)}/ocpp"
        async with link_to(url, make_tls=maker(pki).make) as under_test:
            event = await opened(under_test, pki.sent(own, password=b"0123456789abcdef"))
            assert event.tls is not None
            assert event.tls.asked_for_certificate
            assert event.tls.version == version.name.replace("TLSv", "TLS ").replace("_", ".")
            assert event.chain[1:] == (pki.middle.certificate,)
            assert under_test.state.security_profile == 3
    assert "Authorization" not in requests[0].headers
    assert "SN-0001" in str(peers[0])


async def test_new_credentials_count_from_the_next_attempt_on(pki: Pki) -> None:
    """W A02.FR.08: reconnect with the new certificate; W A05: to the URL of the profile."""
    serials: list[str] = []

    async def note(connection: ServerConnection) -> None:
        serials.append(connection.transport.get_extra_info("peercert")["serialNumber"])
        await connection.wait_closed()

    first, second = pki.own(pki.root, key="a"), pki.own(pki.root, key="b")
    async with websocket_server(note, ssl=pki.good_server(pki.root)) as server:
        port = port_of(server)
        async with link_to("ws://127.0.0.1:1/", make_tls=maker(pki).make) as under_test:
            where = f"wss://{PLACE}:{port}/other/CP001"
            sent = replace(pki.sent(first), url=where)
            await opened(under_test, sent)
            under_test.link.set_credentials(replace(sent, certificate=second))
            under_test.link.reconnect("a new certificate")
            await under_test.until(lambda: len(under_test.events) == 3)
    assert len({*serials}) == 2


async def test_a_hint_names_the_setting_that_the_url_stands_in(pki: Pki) -> None:
    setting = "security.url_profile_2"
    sent = replace(pki.sent(), url=f"wss://{PLACE}:1/", url_setting=setting)
    error = await failure(pki, 2, sent, LinkFault.OTHER)
    assert error.text.endswith(f"nothing listens on {PLACE}:1")
    assert error.hint.startswith(f"check the port in {setting}")


@pytest.mark.parametrize(
    ("validity", "text"),
    [
        (OVER, f"the server certificate expired on {OVER.end:%Y-%m-%d %H:%M}Z; here it is 2"),
        (TO_COME, f"the server certificate is not valid before {TO_COME.begin:%Y-%m-%d %H:%M}Z; h"),
    ],
)
async def test_a_certificate_out_of_its_time_is_told_with_both_clocks(
    pki: Pki, validity: Validity, text: str
) -> None:
    context = pki.server(pki.middle.server([PLACE], validity))
    async with websocket_server(ssl=context) as server:
        error = await failure(pki, port_of(server), pki.sent(), LinkFault.SERVER_CERTIFICATE)
    assert error.text.startswith(text)
    assert "clock of this machine" in error.hint


async def test_a_link_that_failed_over_a_clock_comes_up_by_itself_once_it_fits(pki: Pki) -> None:
    """TLS goes by the clock of the machine, which no test may move: the certificate moves here."""
    context = pki.server(pki.middle.server([PLACE], TO_COME))
    async with websocket_server(ssl=context) as server:
        url = f"wss://{PLACE}:{port_of(server)}/"
        async with link_to(url, make_tls=maker(pki).make) as under_test:
            under_test.link.set_credentials(pki.sent())
            under_test.link.open()
            error = (await under_test.until_error()).last_error
            assert error is not None
            assert "is not valid before" in error.text
            begun, file = pki.middle.server([PLACE], YEAR), pki.folder / "begun.pem"
            file.write_text(begun.key + begun.chain)
            context.load_cert_chain(file)
            await under_test.until_open()
            assert isinstance(under_test.events[-1], LinkOpened)


async def test_an_authority_that_has_ended_is_named(pki: Pki) -> None:
    middle = pki.root.authority("Old CA", OVER)
    context = pki.server(middle.server([PLACE], YEAR))
    async with websocket_server(ssl=context) as server:
        error = await failure(pki, port_of(server), pki.sent(), LinkFault.SERVER_CERTIFICATE)
    assert "'Old CA' ended at" in error.text
    assert "here it is" in error.text


@pytest.mark.parametrize(("host", "names"), [("localhost", "csms.example"), ("127.0.0.1", "other")])
async def test_a_name_or_address_that_is_not_in_it_is_told_beside_those_that_are(
    pki: Pki, host: str, names: str
) -> None:
    context = pki.server(pki.middle.server([names], YEAR))
    async with websocket_server(ssl=context) as server:
        error = await failure(
            pki, port_of(server), pki.sent(), LinkFault.SERVER_CERTIFICATE, host=host
        )
    assert error.text == f"the server certificate is not for {host}, but for {names}"


async def test_an_unknown_root_is_told_with_the_issuer_wanted_and_the_roots_there(
    pki: Pki,
) -> None:
    context = pki.server(pki.stranger.server([PLACE], YEAR))
    async with websocket_server(ssl=context) as server:
        port, fault = port_of(server), LinkFault.SERVER_CERTIFICATE
        error = await failure(pki, port, pki.sent(), fault)
        assert "'localhost' was issued by 'Stranger'" in error.text
        assert "installed: 'Root'" in error.text
        error = await failure(pki, port, pki.sent(roots=()), fault)
        assert "no root certificate is installed" in error.text
        error = await failure(pki, port, SetCredentials(None, "not set", 2), fault)
        assert "its issuer 'CN=Stranger,O=Somebody' is unknown here" in error.text
        assert error.hint == "set csms.ca_file to the root certificate of the CSMS"


async def test_a_missing_intermediate_is_told_by_its_name(pki: Pki) -> None:
    issued = pki.middle.server([PLACE], YEAR)
    async with websocket_server(ssl=pki.server(replace(issued, issuers=()))) as server:
        error = await failure(pki, port_of(server), pki.sent(), LinkFault.SERVER_CERTIFICATE)
    assert "'localhost' was issued by 'Sub CA', which is not installed" in error.text
    assert "have it send the certificates between" in error.hint


async def test_a_server_that_only_knows_old_tls_is_told(pki: Pki) -> None:
    """W A00.FR.315, 419: event InvalidTLSVersion."""
    context = pki.good_server()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with alerting_server(context) as port:
        error = await failure(pki, port, pki.sent(), LinkFault.TLS_VERSION)
    assert "a TLS version that is too old (1.2 or later is required)" in error.text


async def test_a_server_that_shares_no_suite_is_told(pki: Pki) -> None:
    """W A00.FR.322, 426: event InvalidTLSCipherSuite."""
    context = pki.good_server()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES256-SHA384")
    with alerting_server(context) as port:
        error = await failure(pki, port, pki.sent(), LinkFault.CIPHER_SUITE)
    assert "shares no cipher suite" in error.text


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_server_that_misses_our_certificate_or_does_not_take_it_is_told_as_that(
    pki: Pki, version: ssl.TLSVersion
) -> None:
    """With TLS 1.3 it says so only after the handshake, in place of an answer."""
    context = pki.good_server(pki.root)
    context.maximum_version = version
    fault = LinkFault.CLIENT_CERTIFICATE
    with alerting_server(context) as port:
        error = await failure(pki, port, pki.sent(), fault)
        assert "wants a client certificate, and none was shown" in error.text
        assert "profile 3" in error.hint
        error = await failure(pki, port, pki.sent(pki.own(pki.stranger)), fault)
        assert "refused the certificate of this charge point 'SN-0001'" in error.text
        assert "'CN=Stranger,O=Somebody'" in error.text
        assert error.text.endswith(": unknown CA")
        error = await failure(pki, port, pki.sent(pki.own(pki.root, OVER)), fault)
        assert f"which ended at {moment(OVER.end)}, and here it is 2" in error.text
        assert error.text.endswith("Z: certificate expired")
    # This one ends the connection without an alert.
    async with websocket_server(ssl=context) as server:
        error = await failure(pki, port_of(server), pki.sent(pki.own(pki.stranger)), fault)
    assert "closed the connection when it had seen the certificate of this charge" in error.text


async def test_a_port_without_tls_is_told(pki: Pki) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with tcp_server(answer) as port:
        error = await failure(pki, port, pki.sent(), LinkFault.OTHER)
    assert "does not speak TLS" in error.text
    assert "ws://" in error.hint


@pytest.mark.parametrize(
    ("status", "fault"), [(401, LinkFault.REFUSED_CREDENTIALS), (404, LinkFault.OTHER)]
)
async def test_a_password_that_is_refused_is_told_apart_from_an_id_that_is_not_known(
    pki: Pki, status: int, fault: LinkFault
) -> None:
    def refuse(connection: ServerConnection, request: Request) -> Response:
        return connection.respond(status, "no")

    async with websocket_server(ssl=pki.good_server(), process_request=refuse) as server:
        error = await failure(pki, port_of(server), pki.sent(password=b"x" * 16), fault)
    assert error.http_status == status


@pytest.mark.parametrize("is_strict", [False, True])
async def test_a_root_without_constraints_is_taken_unless_the_rules_are_strict(
    pki: Pki, is_strict: bool
) -> None:
    """The verdict is that of our setting, not that of the version of Python."""
    usage = key_usage(signs_others=True)
    bare = make("Bare root", begin=YEAR.begin, end=YEAR.end, extensions=[usage])
    key = new_key(KeyKind.EC_P256)
    leaf = make(PLACE, bare, begin=YEAR.begin, end=YEAR.end, key=loaded_key(key))
    sent = pki.sent(roots=[bare.pem])
    async with websocket_server(ssl=pki.server(Issued(leaf.pem, key, ()))) as server:
        if is_strict:
            error = await failure(
                pki, port_of(server), sent, LinkFault.SERVER_CERTIFICATE, is_strict=True
            )
            assert "not trusted" in error.text
            assert "security.strict_x509" in error.hint
            return
        url = f"wss://{PLACE}:{port_of(server)}/"
        async with link_to(url, make_tls=maker(pki).make) as under_test:
            await opened(under_test, sent)


async def test_the_certificate_of_the_server_itself_can_be_what_is_trusted(pki: Pki) -> None:
    """W M05: with it as a root, the one that signed it is not needed."""
    issued = pki.stranger.server([PLACE], YEAR)
    async with websocket_server(ssl=pki.server(issued)) as server:
        url = f"wss://{PLACE}:{port_of(server)}/"
        async with link_to(url, make_tls=maker(pki).make) as under_test:
            event = await opened(under_test, pki.sent(roots=[issued.certificate]))
            assert event.tls is not None
            assert event.tls.anchor == "CN=localhost,O=Somebody"


def no_key(pki: Pki) -> None:
    pki.keys.forget("k1")


def damaged_key(pki: Pki) -> None:
    pki.keys.path("k1").write_text("nothing")


def other_key(pki: Pki) -> None:
    pki.own(pki.root)


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (no_key, "its private key is not there"),
        (damaged_key, "its private key, or itself, cannot be read"),
        (other_key, "it is for another private key"),
    ],
)
async def test_a_certificate_of_ours_that_cannot_be_used_is_told_before_anything_is_sent(
    pki: Pki, spoil: Callable[[Pki], None], text: str
) -> None:
    own = pki.own(pki.root)
    spoil(pki)
    error = await failure(pki, 1, pki.sent(own), LinkFault.OTHER)
    assert error.text == (
        f"not tried: the certificate of this charge point cannot be used: {text}"
        + (" (damaged)" if spoil is damaged_key else "")
    )


async def test_a_pulled_cable_is_no_failed_attempt(pki: Pki) -> None:
    async with link_to(f"wss://{PLACE}:1/", make_tls=maker(pki).make) as under_test:
        under_test.link.set_network(False)
        under_test.link.open()
        await under_test.until(lambda: under_test.state.phase is LinkPhase.WAITING)
        await under_test.until_error()
        assert under_test.events == []


@pytest.mark.parametrize("length", range(0, 24, 3))
def test_a_message_that_is_cut_off_shows_what_is_whole(length: int) -> None:
    """RFC 8446 4.4.2: each certificate has its length before it, and extensions behind."""
    whole = b"\x0b\0\0\x13" + b"\0" + b"\0\0\x0f" + (b"\0\0\x03abc" + b"\0\0") * 2
    older = b"\x0b\0\0\x0f" + b"\0\0\x0c" + b"\0\0\x03abc" * 2
    assert shown(whole, True) == shown(older, False) == [b"abc", b"abc"]
    assert shown(whole[:length], True) == [b"abc"] * ((length - 6) // 8)
    assert len(shown(older[:7] + b"\0\0\x01a" * 50, False)) == CHAIN_MAX


def test_the_dates_of_these_tests_hold_for_a_day() -> None:
    assert YEAR.end - NOW > timedelta(days=300)
