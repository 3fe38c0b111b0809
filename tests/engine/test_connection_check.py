"""The test of the connection: every step told in order, and nothing left behind."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from ocpp.v16 import call
from ocpp.v16.enums import RegistrationStatus
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from cp_tui.certificates.authority import Issued
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import SetCredentials
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.connection_check import CheckStep, CheckVerdict, StepResult, check_connection
from cp_tui.engine.credentials import credentials
from cp_tui.engine.engine import Engine
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.lock import FolderLock, engine_in, prepare_folder
from cp_tui.engine.timeouts import Timeouts
from tests.engine.certificates import authority, needs_openssl
from tests.engine.links import port_of, websocket_server
from tests.engine.tls_servers import YEAR, Pki
from tests.peer import PeerCsms

KEY = "0123456789abcdefgh"
SECRET = SetCredentials(KEY.encode(), "18 characters (text)", profile=1)
NO_KEY = SetCredentials(None, "not set")
SHORT = Timeouts(dns_s=5.0, tcp_s=1.0, tls_s=1.0, upgrade_s=1.0)


def config(url: str, ca_file: Path | None = None, **keys: str) -> EngineConfig:
    return EngineConfig(ChargePointConfig("CP 1", url, keys=keys), url, ca_file)


async def steps_of(
    config: EngineConfig,
    sent: SetCredentials = NO_KEY,
    *,
    with_boot: bool = False,
    data_dir: Path = Path(),
) -> list[StepResult]:
    """Run a test; its result is that of its last step."""
    told: list[StepResult] = []
    is_well = await check_connection(
        config, sent, told.append, with_boot=with_boot, timeouts=SHORT, data_dir=data_dir
    )
    assert is_well is (told[-1].verdict is not CheckVerdict.FAILED)
    assert all(result.verdict is not CheckVerdict.FAILED for result in told[:-1])
    return told


def names(told: list[StepResult]) -> list[CheckStep]:
    return [result.step for result in told]


async def test_a_good_connection_is_told_step_by_step_without_a_boot() -> None:
    async with PeerCsms() as csms:
        told = await steps_of(config(csms.url))
        not_here = (CheckStep.CHAIN, CheckStep.BOOT, CheckStep.PROFILE)
        assert names(told) == [step for step in CheckStep if step not in not_here]
        assert told[0].text == f"{csms.url}/CP%201"
        assert told[1].text == "not needed: the host is an address"
        assert told[2].text.startswith("127.0.0.1 port ")
        assert told[3].verdict is CheckVerdict.NOTE
        assert told[4].text == (
            "101 Switching Protocols; no Authorization header sent (AuthorizationKey: not set)"
        )
        assert told[5].text == "ocpp1.6"
        assert csms.actions() == []


@pytest.mark.parametrize(
    ("registration", "verdict"),
    [
        ("Accepted", CheckVerdict.OK),
        ("Pending", CheckVerdict.NOTE),
        ("Rejected", CheckVerdict.FAILED),
    ],
)
async def test_a_boot_is_sent_only_when_asked_for_and_its_answer_is_told(
    registration: str, verdict: CheckVerdict
) -> None:
    async with PeerCsms() as csms:
        csms.registration = RegistrationStatus(registration)
        told = await steps_of(config(csms.url), with_boot=True)
        assert told[-1].step is CheckStep.BOOT
        assert told[-1].verdict is verdict
        assert told[-1].text == f"{registration}, interval 300 s"
        assert csms.actions() == ["BootNotification"]


async def test_each_step_is_told_as_it_begins_with_what_it_waits_for() -> None:
    async with PeerCsms() as csms:
        told: list[StepResult] = []
        await check_connection(
            config(csms.url), NO_KEY, told.append, with_boot=True, timeouts=SHORT, waits=told.append
        )
    waited = [each for each in told if each.verdict is CheckVerdict.WAITS]
    assert names(waited) == [CheckStep.DNS, CheckStep.TCP, CheckStep.HTTP, CheckStep.BOOT]
    assert all(each.text.startswith("until ") for each in waited)
    assert [each.text.split(", ")[-1] for each in waited] == [
        "5 s at most",
        "1 s at most",
        "1 s at most",
        "30 s at most",
    ]
    for each in waited:
        after = told[told.index(each) + 1]
        assert (after.step, after.verdict) == (each.step, CheckVerdict.OK)


async def test_the_key_is_sent_and_never_told() -> None:
    requests: list[Request] = []

    async def refuse(connection: ServerConnection, request: Request) -> Response:
        requests.append(request)
        return connection.respond(401, "")

    async with serve(nobody, "127.0.0.1", 0, process_request=refuse) as server:
        told = await steps_of(config(f"ws://127.0.0.1:{port_of(server)}/"), SECRET)
    assert "Authorization" in requests[0].headers
    assert (told[-1].step, told[-1].verdict) == (CheckStep.HTTP, CheckVerdict.FAILED)
    assert "with a key of 18 bytes" in told[-1].text
    assert KEY not in repr(told)


async def test_a_wrong_subprotocol_is_a_step_of_its_own() -> None:
    async with serve(nobody, "127.0.0.1", 0) as server:
        told = await steps_of(config(f"ws://127.0.0.1:{port_of(server)}/"))
    assert names(told)[-2:] == [CheckStep.HTTP, CheckStep.SUBPROTOCOL]
    assert told[-1].hint == "is this the OCPP 1.6 endpoint of the CSMS?"


async def test_a_port_where_nobody_listens_fails_at_tcp() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = await steps_of(config(f"ws://127.0.0.1:{port}/"))
    assert names(told) == [CheckStep.ADDRESS, CheckStep.DNS, CheckStep.TCP]
    assert "connection refused" in told[-1].text
    assert told[-1].hint


@needs_openssl
@pytest.mark.parametrize(("days", "verdict"), [(90, CheckVerdict.OK), (10, CheckVerdict.NOTE)])
async def test_a_certificate_is_told_with_its_days(
    tmp_path: Path, days: int, verdict: CheckVerdict
) -> None:
    root = authority(tmp_path)
    server = root.server("localhost", "DNS:localhost", days=days)
    async with websocket_server(ssl=server) as listening:
        url = f"wss://localhost:{port_of(listening)}/"
        told = await steps_of(config(url, root.certificate))
    tls = next(result for result in told if result.step is CheckStep.TLS)
    assert tls.verdict is verdict
    assert tls.text.startswith("TLS 1.3, TLS_")
    assert "certificate of CN=localhost,O=Example, issued by CN=Root,O=Example" in tls.text
    assert f"{days - 1} days left" in tls.text


async def test_the_chain_is_told_as_a_tree_and_our_certificate_is_tried(tmp_path: Path) -> None:
    pki = Pki(tmp_path)
    own = pki.sent(pki.own(pki.root))
    for clients, text in ((pki.root, "it was shown"), (None, "did not ask for the certificate")):
        async with websocket_server(ssl=pki.good_server(clients)) as listening:
            # Profile 3 is TLS, whatever the settings say.
            url = f"ws://localhost:{port_of(listening)}/"
            told = await steps_of(config(url), own, data_dir=tmp_path)
        assert told[0].text == f"{url.replace('ws', 'wss', 1)}CP%201"
        chain = [each for each in told if each.step is CheckStep.CHAIN]
        assert [each.text.partition(":")[0] for each in chain[:3]] == [
            "CN=localhost,O=Operator",
            "└ CN=Sub CA,O=Operator",
            "  └ CN=Root,O=Operator",
        ]
        assert "days left" in chain[1].text
        assert chain[2].text.endswith(": a root that is installed here")
        assert text in chain[3].text
        verdict = CheckVerdict.OK if clients else CheckVerdict.NOTE
        assert chain[3].verdict is verdict
    pki.keys.forget("k1")
    told = await steps_of(config("wss://localhost:1/"), own, data_dir=tmp_path)
    assert names(told) == [CheckStep.ADDRESS, CheckStep.TLS]
    assert "its private key is not there" in told[-1].text


async def test_a_root_that_the_server_shows_as_well_is_told_once(tmp_path: Path) -> None:
    pki = Pki(tmp_path)
    leaf = pki.root.server(["localhost"], YEAR)
    whole = Issued(leaf.certificate, leaf.key, (pki.root.certificate,))
    async with websocket_server(ssl=pki.server(whole)) as listening:
        sent = pki.sent(password=KEY.encode())
        told = await steps_of(config(f"wss://localhost:{port_of(listening)}/"), sent)
    chain = [each.text for each in told if each.step is CheckStep.CHAIN]
    assert len(chain) == 2
    assert chain[1].startswith("└ CN=Root,O=Operator: EC P-256, until ")
    assert chain[1].endswith("days left: a root that is installed here")


@needs_openssl
async def test_a_certificate_of_an_unknown_issuer_is_refused(tmp_path: Path) -> None:
    server = authority(tmp_path).server("localhost", "DNS:localhost")
    async with websocket_server(ssl=server) as listening:
        told = await steps_of(config(f"wss://localhost:{port_of(listening)}/"))
    assert names(told)[-2:] == [CheckStep.CHAIN, CheckStep.TLS]
    assert told[-2].text.startswith("CN=localhost,O=Example: EC P-256, until ")
    assert "not trusted" in told[-1].text
    assert "csms.ca_file" in told[-1].hint


def test_the_key_of_the_settings_is_used_unless_the_profile_says_no(tmp_path: Path) -> None:
    def found(**keys: str) -> SetCredentials:
        return credentials(ChargePointConfig("A", "ws://h", keys=keys), tmp_path)

    assert found(AuthorizationKey=KEY) == SECRET
    assert found() == NO_KEY
    unused = found(AuthorizationKey=KEY, SecurityProfile="0")
    assert unused.password is None
    assert "not used in security profile 0" in unused.form


async def test_a_key_that_was_changed_since_wins_as_it_does_for_the_engine(tmp_path: Path) -> None:
    keys = {"AuthorizationKey": KEY, "SecurityProfile": "1"}
    charge_point = ChargePointConfig("CP 1", "ws://h", keys=keys)
    async with PeerCsms() as csms:
        engine = Engine(EngineConfig(charge_point, csms.url), data_dir=tmp_path)
        await engine.start()
        try:
            await csms.receive("StatusNotification", connectorId=2)
            key = "another key of 30 characters.."
            await csms.call(call.ChangeConfiguration(key="AuthorizationKey", value=key))
            assert engine_in(tmp_path) is not None
        finally:
            await engine.close()
    assert credentials(charge_point, tmp_path).password == b"another key of 30 characters.."
    assert engine_in(tmp_path) is None


def test_a_damaged_store_is_told_and_not_touched(tmp_path: Path) -> None:
    (tmp_path / "state.sqlite3").write_text("no database " * 100)
    with pytest.raises(EngineStartError, match="cannot read"):
        credentials(ChargePointConfig("A", "ws://h"), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["state.sqlite3"]


def test_a_folder_without_an_engine_is_not_even_created(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    assert engine_in(folder) is None
    assert not folder.exists()
    prepare_folder(folder)
    lock = FolderLock(folder)
    assert "a charge point runs already (process" in (engine_in(folder) or "")
    lock.release()


async def nobody(connection: ServerConnection) -> None:
    await connection.wait_closed()
