"""Which address, id, credentials and certificates does it use? One key: `D`."""

from __future__ import annotations

import pytest

from tests.demo.fast_time import in_fast_time
from tests.engine.certificates import authority, needs_openssl
from tests.engine.links import port_of, websocket_server
from tests.questions.place import charge_point, place
from tests.questions.situations import csms

TEXT_KEY = "0123456789abcdef!"
HEX_KEY = "00112233445566778899aabbccddeeff00112233"


@in_fast_time
async def test_profile_0_has_no_credentials() -> None:
    async with csms() as server, place(server.url) as here:
        await here.reads("All well")
        await here.after(
            "D",
            f"URL {server.url}/CP001",
            "Id CP001",
            "Profile 0: neither TLS nor a password",
            "Key AuthorizationKey: not set",
        )


@pytest.mark.parametrize(
    ("key", "form"),
    [(TEXT_KEY, r"17 (characters|bytes)"), (HEX_KEY, r"20 bytes \(hex\)")],
    ids=["text", "hex"],
)
@in_fast_time
async def test_profile_1_shows_length_and_form_of_the_key_and_never_the_key(
    key: str, form: str
) -> None:
    async with csms() as server, place(server.url, charge_point({"AuthorizationKey": key})) as here:
        await here.reads("All well")
        await here.after(
            "D", "Profile 1: a password, but no TLS", f"Key AuthorizationKey: .*{form}"
        )
        assert key not in here.text()


@needs_openssl
@in_fast_time
async def test_profile_2_shows_the_certificate_of_the_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = authority(tmp_path_factory.mktemp("root"))
    tls = root.server("localhost", "DNS:localhost", days=90)
    async with websocket_server(ssl=tls) as listening:
        url = f"wss://localhost:{port_of(listening)}"
        config = charge_point({"AuthorizationKey": HEX_KEY})
        async with place(url, config, ca_file=root.certificate) as here:
            await here.reads("Socket open since")
            await here.after(
                "D",
                f"URL {url}/CP001",
                "Profile 2: TLS and a password",
                "Server CN=localhost,O=Example",
                "Issuer CN=Root,O=Example",
                r"Valid \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d · (89|90) days left",
                "Cipher TLS 1.3",
            )
            assert HEX_KEY not in here.text()


@needs_openssl
@in_fast_time
async def test_a_certificate_that_ends_soon_is_told_at_once(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = authority(tmp_path_factory.mktemp("root"))
    tls = root.server("localhost", "DNS:localhost", days=12)
    async with websocket_server(ssl=tls) as listening:
        url = f"wss://localhost:{port_of(listening)}"
        async with place(url, ca_file=root.certificate) as here:
            await here.after("a", "The certificate of the CSMS, localhost, ends in (11|12) days")
