"""How charge points reach the CSMS, and how they are turned away."""

from __future__ import annotations

import asyncio

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.event_log import Connected, Disconnected, TurnedAway
from tests.csms.raw_charge_point import raw_charge_point

PASSWORD = bytes.fromhex("0001020304050607") + b"\xff" * 12
WAIT_S = 30.0


async def test_it_listens_on_loopback_only(csms: CentralSystem) -> None:
    assert csms.url == f"ws://127.0.0.1:{csms.port}"


@pytest.mark.parametrize(
    ("path", "charge_point_id"),
    [
        ("/CP001", "CP001"),
        ("/ocpp/1.6/CP001", "CP001"),
        ("//CP001", "CP001"),
        ("/RDAM%20123", "RDAM 123"),
        ("/ocpp/a%2Fb", "a/b"),
        ("/CP001?token=x/y", "CP001"),
        ("/%C3%A9toile", "étoile"),
    ],
)
async def test_the_id_is_the_last_segment_of_the_path_decoded(
    csms: CentralSystem, path: str, charge_point_id: str
) -> None:
    """J 3.1.1."""
    async with raw_charge_point(csms.url, path=path) as charge_point:
        await charge_point.boot()
        assert csms.charge_points == (charge_point_id,)


@pytest.mark.parametrize("path", ["/", "/ocpp/", "/?id=CP001", "/%FF"])
async def test_a_path_without_an_id_is_not_found(csms: CentralSystem, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with raw_charge_point(csms.url, path=path):
            pass
    assert refused.value.response.status_code == 404


async def test_ocpp16_is_chosen_among_several_subprotocols(csms: CentralSystem) -> None:
    async with raw_charge_point(csms.url, subprotocols=("ocpp2.0.1", "ocpp1.6")) as charge_point:
        assert charge_point.websocket.subprotocol == "ocpp1.6"


@pytest.mark.parametrize("subprotocols", [(), ("ocpp2.0.1",), ("OCPP1.6",)])
async def test_without_ocpp16_the_handshake_ends_without_agreement_and_the_csms_closes(
    csms: CentralSystem, subprotocols: tuple[str, ...]
) -> None:
    """J 3.2."""
    async with raw_charge_point(csms.url, subprotocols=subprotocols) as charge_point:
        assert charge_point.websocket.subprotocol is None
        with pytest.raises(ConnectionClosed):
            await charge_point.receive()
        assert charge_point.websocket.close_code == 1002
    assert isinstance(csms.record.events[-1], TurnedAway)
    assert csms.charge_points == ()


async def test_the_right_credentials_are_let_in_as_raw_bytes() -> None:
    """The test vector of wire.md: the header carries the bytes of the key, not its hex text."""
    async with (
        CentralSystem(password=PASSWORD) as csms,
        raw_charge_point(csms.url, path="/AL1000", credentials=b"AL1000:" + PASSWORD) as raw,
    ):
        assert (await raw.boot())["status"] == "Accepted"


@pytest.mark.parametrize(
    "credentials",
    [None, b"", b"CP001", b"CP001:", b"CP002:" + PASSWORD, b"CP001:" + PASSWORD + b"x"],
)
async def test_wrong_or_missing_credentials_get_401(credentials: bytes | None) -> None:
    async with CentralSystem(password=PASSWORD) as csms:
        with pytest.raises(InvalidStatus) as refused:
            async with raw_charge_point(csms.url, credentials=credentials):
                pass
        assert refused.value.response.status_code == 401
        assert repr(PASSWORD) not in repr(csms.record.events)


async def test_a_newer_connection_with_the_same_id_takes_over(csms: CentralSystem) -> None:
    async with raw_charge_point(csms.url) as older:
        await older.boot()
        async with raw_charge_point(csms.url) as newer:
            assert (await newer.payload_of("Heartbeat", {})).keys() == {"currentTime"}
            with pytest.raises(ConnectionClosed):
                await older.receive()
            assert older.websocket.close_code == 1008
            assert csms.charge_points == ("CP001",)
            assert (await newer.payload_of("Heartbeat", {})).keys() == {"currentTime"}


async def test_coming_and_going_is_recorded(csms: CentralSystem) -> None:
    async with raw_charge_point(csms.url) as charge_point:
        await charge_point.boot()
    gone = await csms.record.wait_for(
        lambda event: isinstance(event, Disconnected), timeout_s=WAIT_S
    )
    assert isinstance(csms.record.events[0], Connected)
    assert isinstance(gone, Disconnected)
    assert gone.close_code == 1000
    assert csms.charge_points == ()


async def test_a_broken_connection_is_recorded_as_1006(csms: CentralSystem) -> None:
    async with raw_charge_point(csms.url) as charge_point:
        await charge_point.boot()
        charge_point.websocket.transport.abort()
        gone = await csms.record.wait_for(
            lambda event: isinstance(event, Disconnected), timeout_s=WAIT_S
        )
    assert isinstance(gone, Disconnected)
    assert gone.close_code == 1006


async def test_close_ends_every_connection(csms: CentralSystem) -> None:
    async with raw_charge_point(csms.url) as charge_point:
        await charge_point.boot()
        await csms.close()
        with pytest.raises(ConnectionClosed):
            await charge_point.receive()


async def test_a_taken_port_is_an_os_error(csms: CentralSystem) -> None:
    with pytest.raises(OSError, match="in use"):
        await CentralSystem().start(port=csms.port)


async def test_what_speaks_no_http_is_hung_up_on(csms: CentralSystem) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", csms.port)
    writer.write(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
    async with asyncio.timeout(WAIT_S):
        await reader.read()
    writer.close()
    await writer.wait_closed()
    async with raw_charge_point(csms.url) as charge_point:
        assert (await charge_point.boot())["status"] == "Accepted"
