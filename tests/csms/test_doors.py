"""The doors of the CSMS for security profiles 1 to 3: who is let in, and who hears why not."""

from __future__ import annotations

import asyncio
import base64
import socket
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from cp_tui.certificates.authority import Authority, Validity, new_root
from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.keys import certificate_request, new_key
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.event_log import Connected, TurnedAway
from cp_tui.csms.known_charge_points import CPO_NAME
from cp_tui.csms.tls import SUITES

NOW = datetime.now(UTC)
YEAR = Validity(NOW - timedelta(days=1), NOW + timedelta(days=365))
KEY = new_key(KeyKind.EC_P256)
REQUEST = certificate_request(KEY, "SN-0001", CPO_NAME)
WAIT_S = 30.0


@asynccontextmanager
async def csms_of(profile: int, folder: Path) -> AsyncIterator[CentralSystem]:
    csms = CentralSystem(profile=profile, folder=folder)
    try:
        await csms.start()
        yield csms
    finally:
        await csms.close()


class Client:
    """What a charge point shows of itself, and whom it trusts."""

    def __init__(self, csms: CentralSystem, folder: Path) -> None:
        self.csms = csms
        self._folder = folder
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.trust(csms.security.pki.csms_root.certificate)

    def trust(self, root: str) -> None:
        self.tls.load_verify_locations(cadata=root)

    def show(self, chain: str, key: str = KEY) -> None:
        file = self._folder / "shown.pem"
        file.write_text(key + chain)
        self.tls.load_cert_chain(file)

    async def enter(
        self, *, password: bytes | None = None, who: str = "CP001", url: str = ""
    ) -> None:
        headers = {}
        if password is not None:
            credentials = base64.b64encode(f"{who}:".encode() + password).decode()
            headers["Authorization"] = f"Basic {credentials}"
        url = f"{url or self.csms.url}/{who}"
        async with connect(
            url,
            ssl=self.tls if url.startswith("wss") else None,
            subprotocols=[Subprotocol("ocpp1.6")],
            additional_headers=headers,
            proxy=None,
        ) as websocket:
            await websocket.ping()

    async def why_not(self, **how: object) -> str:
        """Fail to come in; give what the client sees of it."""
        try:
            await self.enter(**how)  # type: ignore[arg-type]
        except InvalidStatus as error:
            return str(error.response.status_code)
        raise AssertionError("it was let in")

    async def alert(self) -> str:
        """Fail to make a connection; give what TLS says of it here."""
        try:
            async with asyncio.timeout(WAIT_S):
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", self.csms.port, ssl=self.tls
                )
                writer.write(b"GET / HTTP/1.1\r\n")
                # With TLS 1.3 it comes when the handshake had looked fine.
                await reader.read()
        except ssl.SSLError as error:
            return (error.reason or "").lower()
        raise AssertionError("it was let in")

    @property
    def told(self) -> str:
        event = self.csms.record.events[-1]
        assert isinstance(event, TurnedAway), event
        return event.why


def issued(client: Client, who: str = "CP001", *, by: Authority | None = None) -> str:
    """Have a certificate issued to a charge point, which has taken it."""
    security = client.csms.security
    chain = (by or security.pki.csms_root).charge_point(REQUEST, YEAR)
    security.issued(who, chain, NOW)
    return chain


def key_of(csms: CentralSystem, who: str = "CP001") -> bytes:
    return bytes.fromhex(csms.security.authorization_key(who))


@pytest.mark.parametrize("profile", [1, 2])
async def test_in_profiles_1_and_2_the_password_opens(
    profile: int, folder: Path, tmp_path: Path
) -> None:
    async with csms_of(profile, folder) as csms:
        assert csms.url.startswith("wss://" if profile == 2 else "ws://")
        client = Client(csms, tmp_path)
        await client.enter(password=key_of(csms))
        came = next(event for event in csms.record.events if isinstance(event, Connected))
        assert came.profile == profile
        assert came.security.startswith(f"security profile {profile}")
        for wrong in (None, b"x" * 20):
            assert await client.why_not(password=wrong) == "401"
        assert client.told == "wrong password"
        csms.security.set_authorization_key("CP001", "a new key of text")
        assert await client.why_not(password=key_of(csms, "CP002")) == "401"
        await client.enter(password=b"a new key of text")
        await client.enter(password=key_of(csms, "CP002"), who="CP002")


async def test_tls_has_the_versions_and_suites_of_the_paper_and_no_others(
    folder: Path, tmp_path: Path
) -> None:
    async with csms_of(2, folder) as csms:
        client = Client(csms, tmp_path)
        client.tls.maximum_version = ssl.TLSVersion.TLSv1_2
        for suite in SUITES:
            client.tls.set_ciphers(suite)
            await client.enter(password=key_of(csms))
            came = [each for each in csms.record.events if isinstance(each, Connected)]
            assert came[-1].security == f"security profile 2, TLS 1.2 {suite}"
        client.tls.set_ciphers("ECDHE-ECDSA-AES128-SHA")
        assert await client.alert() == "sslv3_alert_handshake_failure"
        assert client.told == "it knows none of the cipher suites of the standard"
        client.tls.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            client.tls.minimum_version = ssl.TLSVersion.TLSv1
            client.tls.maximum_version = ssl.TLSVersion.TLSv1_1
        assert await client.alert() == "tlsv1_alert_protocol_version"
        assert client.told == "it knows no TLS that is new enough (1.2 or later)"
        assert await asyncio.to_thread(distrust, csms.port) == "certificate_verify_failed"
        async with asyncio.timeout(WAIT_S):
            while "does not know the root" not in client.told:
                await asyncio.sleep(0.01)


def distrust(port: int) -> str:
    """Meet the server with no root at all; the clients of asyncio would send no alert."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    with socket.create_connection(("127.0.0.1", port), WAIT_S) as raw:
        try:
            context.wrap_socket(raw, server_hostname="127.0.0.1")
        except ssl.SSLError as error:
            return (error.reason or "").lower()
    raise AssertionError("it was trusted")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_in_profile_3_the_certificate_opens_and_who_is_refused_hears_the_alert(
    version: ssl.TLSVersion, folder: Path, tmp_path: Path
) -> None:
    """The alert reaches a client also with TLS 1.3, where it comes after the handshake."""
    async with csms_of(3, folder) as csms:

        def client() -> Client:
            made = Client(csms, tmp_path)
            made.tls.maximum_version = version
            return made

        nobody = client()
        assert await nobody.alert() in (
            "tlsv13_alert_certificate_required",
            "sslv3_alert_handshake_failure",
        )
        assert nobody.told == "it showed no certificate, which security profile 3 wants"

        foreign = client()
        foreign.show(new_root("Else", CPO_NAME, YEAR).charge_point(REQUEST, YEAR))
        assert await foreign.alert() == "tlsv1_alert_unknown_ca"
        assert "unable to get local issuer certificate" in foreign.told

        expired = client()
        over = Validity(NOW - timedelta(days=9), NOW - timedelta(days=2))
        expired.show(csms.security.pki.csms_root.charge_point(REQUEST, over))
        assert await expired.alert() == "sslv3_alert_certificate_expired"

        old, new = client(), client()
        old.show(issued(old))
        await old.enter()
        new.show(issued(new))
        await new.enter()
        came = [each for each in csms.record.events if isinstance(each, Connected)][-1]
        assert "CN=SN-0001,O=cp-tui CSMS, 365 days left; 1 older certificate revoked" in (
            came.security
        )
        assert await old.alert() == "sslv3_alert_certificate_revoked"
        assert old.told == "its certificate is not taken: certificate revoked"
        await new.enter()
        assert csms.security.revoke("CP001", NOW) == 1
        assert await new.alert() == "sslv3_alert_certificate_revoked"


async def test_a_certificate_opens_for_whom_it_was_issued_alone(
    folder: Path, tmp_path: Path
) -> None:
    async with csms_of(3, folder) as csms:
        client = Client(csms, tmp_path)
        client.show(issued(client, "CP002"))
        assert await client.why_not() == "403"
        assert client.told == "its certificate with CN 'SN-0001' was issued for 'CP002'"
        await client.enter(who="CP002")
        client.show(csms.security.pki.csms_root.charge_point(REQUEST, YEAR))
        assert await client.why_not() == "403"
        assert client.told.endswith("was not issued here")
        request = certificate_request(KEY, "SN-0001", "Somebody")
        client.show(csms.security.pki.csms_root.charge_point(request, YEAR))
        assert await client.why_not() == "403"
        assert client.told == "O of its certificate is 'Somebody', not 'cp-tui CSMS'"


async def test_who_has_come_in_profile_3_is_let_in_with_no_lower_one_where_that_is_wanted(
    folder: Path, tmp_path: Path
) -> None:
    """W A05: but for one whose certificate is revoked, for there it gets another one."""
    async with csms_of(3, folder) as csms:
        csms.doors.reserve(2)
        await csms.doors.open(2)
        key, below = key_of(csms), csms.doors.url(2)
        plain, third = Client(csms, tmp_path), Client(csms, tmp_path)
        third.show(issued(third))
        csms.refuses_lower = True
        await plain.enter(password=key, url=below)
        await third.enter()
        assert await plain.why_not(password=key, url=below) == "403"
        assert plain.told.startswith("it has come in security profile 3 with certificate ")
        await plain.enter(password=key_of(csms, "CP002"), url=below, who="CP002")
        assert await plain.why_not(password=b"wrong", url=below) == "401"
        csms.refuses_lower = False
        await plain.enter(password=key, url=below)
    async with csms_of(3, folder) as csms:
        assert csms.security.why_not_lower("CP001") is not None
        csms.security.revoke("CP001", NOW)
        assert csms.security.why_not_lower("CP001") is None


async def test_what_was_revoked_stays_so_over_a_start(folder: Path, tmp_path: Path) -> None:
    async with csms_of(3, folder) as csms:
        chain = issued(Client(csms, tmp_path))
        csms.security.revoke("CP001", NOW)
    async with csms_of(3, folder) as csms:
        client = Client(csms, tmp_path)
        client.show(chain)
        assert await client.alert() == "sslv3_alert_certificate_revoked"


async def test_a_door_that_is_reserved_or_shut_refuses_and_keeps_its_address(folder: Path) -> None:
    async with csms_of(0, folder) as csms:
        csms.doors.reserve(1)
        url = csms.doors.url(1)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", csms.doors.port(1))
        await csms.doors.open(1)
        _, writer = await asyncio.open_connection("127.0.0.1", csms.doors.port(1))
        writer.close()
        await csms.doors.shut(1)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", csms.doors.port(1))
        await csms.doors.open(1)
        assert csms.doors.url(1) == url


async def test_a_csms_without_security_makes_none_of_it(tmp_path: Path) -> None:
    async with csms_of(0, tmp_path / "none"):
        pass
    assert not (tmp_path / "none").exists()
