"""Why does it not connect? The step, the plain cause, what to check and the count of attempts."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.demo.fast_time import in_fast_time
from tests.engine.certificates import Authority, authority, needs_openssl
from tests.engine.links import port_of, websocket_server
from tests.ports import free_port
from tests.questions.place import PATIENT, TIME, Place, charge_point, place
from tests.questions.situations import csms, idle_dropper

KEY = "0123456789abcdef"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("root"))


async def explains(here: Place, *words: str) -> None:
    """The answer: these words, the number of the next try and when it comes, in the alarm line."""
    await here.reads(*words, r"· try 2 in \d\d s", f"offline · try 2 at {TIME}")


@in_fast_time
async def test_an_unknown_host() -> None:
    async with place("ws://csms.invalid/ocpp") as here:
        await explains(here, "DNS .*no such name: csms.invalid|no name server", "Hint check the ")


@in_fast_time
async def test_a_refused_port() -> None:
    port = free_port()
    async with place(f"ws://127.0.0.1:{port}") as here:
        await explains(
            here,
            f"Fails TCP: connection refused: nothing listens on 127.0.0.1:{port}",
            "Hint check the port in csms.url, and whether the CSMS runs",
        )


async def tls_situation(server: ssl.SSLContext, ca_file: Path | None, *words: str) -> None:
    async with websocket_server(ssl=server) as listening:
        url = f"wss://localhost:{port_of(listening)}"
        async with place(url, ca_file=ca_file) as here:
            await explains(here, *words)


@needs_openssl
@in_fast_time
async def test_an_untrusted_certificate(root: Authority) -> None:
    await tls_situation(
        root.server("untrusted", "DNS:localhost"),
        None,
        "Fails TLS: the server certificate is not trusted",
        "Hint set csms.ca_file to the root certificate of the CSMS",
    )


@needs_openssl
@in_fast_time
async def test_an_expired_certificate(root: Authority) -> None:
    await tls_situation(
        root.server("expired", "DNS:localhost", days=-1),
        root.certificate,
        r"Fails TLS: the server certificate expired on \d{4}-\d\d-\d\d",
        "the CSMS needs a new certificate; or the clock of this machine is wrong",
    )


@pytest.mark.parametrize(
    ("status", "key", "words"),
    [
        (401, None, ("HTTP 401 Unauthorized: no credentials were sent", "set AuthorizationKey")),
        (
            401,
            KEY,
            (
                "HTTP 401 Unauthorized: refused user 'CP001' with a key of 16 bytes",
                "AuthorizationKey here and at the CSMS must be the same",
            ),
        ),
        (
            404,
            None,
            (
                "HTTP 404 Not Found: the CSMS does not know 'CP001', or the path of the URL",
                "register the id at the CSMS; used was ws://127.0.0.1",
            ),
        ),
    ],
    ids=["no-key", "wrong-key", "unknown-id"],
)
@in_fast_time
async def test_an_http_status(status: int, key: str | None, words: tuple[str, ...]) -> None:
    config = charge_point({} if key is None else {"AuthorizationKey": key})
    async with csms(status=status) as server, place(server.url, config) as here:
        await explains(here, *words)
        assert KEY not in here.text()


@in_fast_time
async def test_a_csms_that_wants_a_key_and_gets_the_right_one_connects() -> None:
    """The third of the causes of a 401 is told by its absence: with the key all is well."""
    async with csms() as server, place(server.url, charge_point({"AuthorizationKey": KEY})) as here:
        await here.reads("All well: Accepted")


@in_fast_time
async def test_a_wrong_subprotocol() -> None:
    async with csms(subprotocol="ocpp2.0.1") as server, place(server.url) as here:
        await explains(
            here,
            "subprotocol: the server does not agree to subprotocol ocpp1.6: it chose 'ocpp2.0.1'",
            "is this the OCPP 1.6 endpoint of the CSMS?",
        )


@in_fast_time
async def test_a_proxy_that_drops_idle_links() -> None:
    async with csms() as server:
        port = int(server.url.rpartition(":")[2])
        patient = replace(PATIENT, lasting_s=0.1)
        async with idle_dropper(port, 0.6) as url, place(url, settings=patient) as here:
            await here.reads(
                "was open, broke: the connection broke without a close",
                "something between drops idle links: lower WebSocketPingInterval",
                r"· try \d in \d\d s",
            )
