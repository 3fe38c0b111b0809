"""Each security profile is held against what its server shows, and nothing is said to it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection

from cp_tui.certificates.authority import Validity, new_root
from cp_tui.charge_point.config import ChargePointConfig, SecurityConfig
from cp_tui.charge_point.effects import ClientCertificate
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.connection_check import CheckStep, CheckVerdict, StepResult
from cp_tui.engine.credentials import StoredSecurity
from cp_tui.engine.profile_check import check_profiles
from cp_tui.engine.timeouts import Timeouts
from cp_tui.engine.tls import with_roots
from tests.engine.links import port_of, websocket_server
from tests.engine.test_profile_outlook import KEY, stored
from tests.engine.tls_servers import NOW, YEAR, Pki

DAY = timedelta(days=1)
URL = "ws://csms.example/ocpp"
TIMEOUTS = Timeouts(dns_s=5.0, tcp_s=2.0, tls_s=2.0)


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    made = Pki(tmp_path)
    (tmp_path / "root.pem").write_text(made.root.certificate)
    return made


async def told(
    pki: Pki, urls: Mapping[int, str], *certificates: ClientCertificate
) -> list[StepResult]:
    """Give what is told of the profiles that have these URLs."""
    stored(pki.folder, *certificates)
    config = ChargePointConfig(
        "CP001",
        f"{URL}/CP001",
        keys={"AuthorizationKey": KEY},
        security=SecurityConfig(urls={n: f"{url}/CP001" for n, url in urls.items()}),
    )
    engine = EngineConfig(config, URL, pki.folder / "root.pem")
    security = StoredSecurity(with_roots(engine), pki.folder)
    found: list[StepResult] = []
    await check_profiles(engine, security, found.append, data_dir=pki.folder, timeouts=TIMEOUTS)
    assert all(each.step is CheckStep.PROFILE for each in found)
    return found


def until(days: int) -> Validity:
    return Validity(YEAR.begin, NOW + days * DAY)


def at(port: int) -> str:
    return f"wss://localhost:{port}/ocpp"


def both(port: int) -> dict[int, str]:
    return {2: at(port), 3: at(port)}


async def test_what_comes_up_is_told_with_what_ends_first_and_when(pki: Pki) -> None:
    said: list[ServerConnection] = []

    async def note(connection: ServerConnection) -> None:
        said.append(connection)

    short = pki.root.authority("Short CA", until(100))
    context = pki.server(short.server(["localhost"], YEAR), clients=pki.root)
    context.verify_mode = ssl.CERT_OPTIONAL
    async with websocket_server(note, ssl=context) as server:
        second, third = await told(pki, both(port_of(server)), pki.own(pki.root, until(20)))
    assert second.text == (
        f"2 would come up with TLS 1.3 until {NOW + 100 * DAY:%Y-%m-%d}, 100 days left:"
        " then 'Short CA' ends"
    )
    assert second.verdict is CheckVerdict.OK
    assert third.text.endswith(", 20 days left: then 'SN-0001' ends")
    assert third.verdict is CheckVerdict.NOTE
    assert said == []


async def test_a_root_may_be_what_ends_first(pki: Pki) -> None:
    root = new_root("Old root", "Operator", until(10))
    (pki.folder / "root.pem").write_text(root.certificate)
    context = pki.server(root.server(["localhost"], YEAR))
    async with websocket_server(ssl=context) as server:
        second, *_ = await told(pki, both(port_of(server)))
    assert second.text.endswith(", 10 days left: then 'Old root' ends")
    assert second.verdict is CheckVerdict.NOTE


async def test_why_a_profile_would_fail_is_told_with_what_to_do(pki: Pki) -> None:
    """The server of 2 has a certificate of a stranger, that of 3 lets in whoever comes."""
    stranger = pki.server(pki.stranger.server(["localhost"], YEAR))
    async with (
        websocket_server(ssl=stranger) as bad,
        websocket_server(ssl=pki.good_server()) as open_to_all,
    ):
        urls = {2: at(port_of(bad)), 3: at(port_of(open_to_all))}
        second, third = await told(pki, urls, pki.own(pki.root))
    assert second.text.startswith("2 would fail: ")
    assert "'localhost' was issued by 'Stranger'" in second.text
    assert "install the root of the CSMS" in second.hint
    words = "the CSMS does not ask for the certificate of the charge point"
    assert third.text == f"3 would fail: {words}"
    assert {each.verdict for each in (second, third)} == {CheckVerdict.NOTE}


async def test_a_certificate_that_is_refused_only_after_the_handshake_is_told(pki: Pki) -> None:
    """So TLS 1.3 has it, and the server of 2 wants a certificate as well."""
    context = pki.good_server(pki.stranger)
    async with websocket_server(ssl=context) as server:
        second, third = await told(pki, both(port_of(server)), pki.own(pki.root))
    assert "wants a client certificate, and none was shown" in second.text
    assert "'SN-0001'" in third.text
    assert third.text.startswith("3 would fail: ")


async def test_a_port_without_tls_is_told(pki: Pki) -> None:
    async with websocket_server() as plain:
        (second, *_) = await told(pki, {2: at(port_of(plain))})
    assert second.hint == "does the port speak TLS?"


@pytest.mark.parametrize("roots", ["root", "stranger"])
async def test_a_profile_without_tls_is_told_where_the_port_speaks_it(pki: Pki, roots: str) -> None:
    """Whether or not its certificate is trusted here."""
    issuer = getattr(pki, roots)
    async with websocket_server(ssl=pki.server(issuer.server(["localhost"], YEAR))) as server:
        port = port_of(server)
        second, first = await told(pki, {1: f"ws://localhost:{port}", 2: at(port)})
    assert second.text.startswith("2 would" + (" come up" if roots == "root" else " fail"))
    assert first.text == f"1 would fail: localhost:{port} speaks TLS, and ws:// has none"


async def test_a_place_where_nobody_is_is_told_once(pki: Pki) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (alone,) = await told(pki, both(port), pki.own(pki.root))
    assert "connection refused" in alone.text


async def test_a_profile_that_lacks_something_here_is_not_tried(pki: Pki) -> None:
    async with websocket_server(ssl=pki.good_server()) as server:
        found = await told(pki, both(port_of(server)))
    assert [each.text.partition(" ")[0] for each in found] == ["2"]
