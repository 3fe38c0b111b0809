"""TLS towards the CSMS: what is agreed is shown, what is wrong is named (security profile 2)."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cp_tui.charge_point.effects import SetCredentials
from cp_tui.charge_point.events import LinkFailed
from cp_tui.charge_point.variables import LinkError, LinkFault, LinkPhase, LinkStep
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.tls import INSTALLED, tls_context, trust_words
from cp_tui.engine.tls_failure import tls_failure
from tests.demo.fast_time import in_fast_time
from tests.engine.certificates import Authority, authority, needs_openssl
from tests.engine.links import PATIENT, link_to, port_of, tcp_server, websocket_server

pytestmark = needs_openssl


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("root"))


async def failure_with(
    server: ssl.SSLContext,
    client: ssl.SSLContext,
    fault: LinkFault = LinkFault.SERVER_CERTIFICATE,
) -> LinkError:
    async with websocket_server(ssl=server) as listening:
        url = f"wss://localhost:{port_of(listening)}/"
        async with link_to(url, tls=client, settings=PATIENT) as under_test:
            under_test.link.open()
            state = await under_test.until_error()
            await under_test.until(lambda: bool(under_test.events))
            assert state.last_error is not None
            [failed] = under_test.events
            assert isinstance(failed, LinkFailed)
            assert (failed.fault, failed.text) == (fault, state.last_error.text)
            assert bool(failed.chain) is (fault is LinkFault.SERVER_CERTIFICATE)
            assert state.last_error is not None
            assert state.last_error.step is LinkStep.TLS
            return state.last_error


async def test_version_cipher_and_certificate_are_published(root: Authority) -> None:
    server = root.server("localhost", "DNS:localhost")
    client = tls_context(root.certificate, check_hostname=True)
    async with (
        websocket_server(ssl=server) as listening,
        link_to(f"wss://localhost:{port_of(listening)}/", tls=client) as under_test,
    ):
        under_test.link.set_credentials(SetCredentials(b"0123456789abcdef", "16 characters (text)"))
        under_test.link.open()
        await under_test.until_open()
        assert LinkPhase.TLS in under_test.phases()
        tls = under_test.state.tls
        assert tls is not None
        assert tls.version == "TLS 1.3"
        assert tls.cipher.startswith("TLS_")
        assert tls.certificate is not None
        assert tls.certificate.subject == "CN=localhost,O=Example"
        assert tls.certificate.issuer == "CN=Root,O=Example"
        assert tls.certificate.not_after > datetime.now(UTC) + timedelta(days=29)
        assert under_test.state.security_profile == 2


async def test_an_unknown_issuer_is_told_with_the_way_out(root: Authority) -> None:
    error = await failure_with(
        root.server("localhost", "DNS:localhost"), tls_context(None, check_hostname=True)
    )
    assert "not trusted" in error.text
    assert "csms.ca_file" in error.hint


async def test_an_expired_certificate_is_told_with_its_date(root: Authority) -> None:
    error = await failure_with(
        root.server("localhost", "DNS:localhost", days=-1),
        tls_context(root.certificate, check_hostname=True),
    )
    yesterday = datetime.now(UTC) - timedelta(days=1)
    assert error.text.startswith(f"the server certificate expired on {yesterday:%Y-%m-%d}")
    assert "clock" in error.hint


async def test_a_certificate_for_another_host_is_told_by_name(root: Authority) -> None:
    server = root.server("other", "DNS:other.example")
    error = await failure_with(server, tls_context(root.certificate, check_hostname=True))
    assert error.text == "the server certificate is not for localhost, but for other.example"


async def test_without_the_host_check_another_name_is_accepted(root: Authority) -> None:
    server = root.server("other", "DNS:other.example")
    client = tls_context(root.certificate, check_hostname=False)
    async with (
        websocket_server(ssl=server) as listening,
        link_to(f"wss://localhost:{port_of(listening)}/", tls=client) as under_test,
    ):
        under_test.link.open()
        await under_test.until_open()


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("UNSUPPORTED_PROTOCOL", "a TLS version that is too old"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "a TLS version that is too old"),
        ("WRONG_VERSION_NUMBER", "does not speak TLS"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", "shares no cipher suite with us"),
        ("DECRYPTION_FAILED", "TLS with h:1 failed: decryption failed"),
    ],
)
def test_other_failures_of_tls_are_put_into_words(reason: str, text: str) -> None:
    """Whitepaper A00.FR.312 to 322: TLS 1.2 or later, strong suites."""
    error = ssl.SSLError(1, "handshake")
    error.reason = reason
    assert text in tls_failure(error, "h", 1).text


async def test_a_port_without_tls_is_told(root: Authority) -> None:
    client = tls_context(root.certificate, check_hostname=True)
    async with websocket_server() as listening:
        url = f"wss://localhost:{port_of(listening)}/"
        async with link_to(url, tls=client, settings=PATIENT) as under_test:
            under_test.link.open()
            state = await under_test.until_error()
    assert state.last_error is not None
    assert state.last_error.step is LinkStep.TLS


@in_fast_time
async def test_a_silent_port_fails_at_tls(root: Authority) -> None:
    async def say_nothing(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    client = tls_context(root.certificate, check_hostname=True)
    async with tcp_server(say_nothing) as port:
        url = f"wss://localhost:{port}/"
        async with link_to(url, tls=client, settings=PATIENT) as under_test:
            under_test.link.open()
            state = await under_test.until_error()
    assert state.last_error is not None
    assert "does not answer the TLS handshake" in state.last_error.text


def test_a_ca_file_that_is_missing_or_empty_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(EngineStartError, match="does not exist"):
        tls_context(tmp_path / "missing.pem", check_hostname=True)
    (tmp_path / "empty.pem").write_text("nothing here")
    with pytest.raises(EngineStartError, match="holds no PEM certificate"):
        tls_context(tmp_path / "empty.pem", check_hostname=True)


def test_what_the_server_certificate_is_held_against_is_told_in_words() -> None:
    file = Path("/etc/ssl/root.pem")
    assert trust_words(None, check_hostname=True) == "the roots of the system"
    assert trust_words(file, check_hostname=True) == "csms.ca_file /etc/ssl/root.pem"
    assert trust_words(file, True, ("a", "b")) == f"{INSTALLED}2"
    assert trust_words(None, check_hostname=False).endswith("; the name in it is not checked")


def test_installed_roots_count_alone_or_beside_those_of_the_system() -> None:
    from tests.charge_point.securing import root

    pems = (root().certificate,)
    system = len(tls_context(None, check_hostname=True).get_ca_certs())
    alone = tls_context(None, check_hostname=True, roots=pems)
    both = tls_context(None, check_hostname=True, roots=pems, with_system=True)
    assert len(alone.get_ca_certs()) == 1
    assert len(both.get_ca_certs()) == system + 1
    assert both.cert_store_stats()["x509_ca"] == system + 1
