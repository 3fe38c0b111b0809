"""The official test cases of security (OCTT, 2024-04), but for logs and firmware.

Each docstring names what, taken out of the program, makes its test fail.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ocpp.v16 import call
from ocpp.v16.enums import CertificateUse
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError
from websockets.typing import Subprotocol

from cp_tui.csms.central_system import CentralSystem
from tests.security.pki import (
    CA,
    DAY,
    NOW,
    OPERATOR,
    SERIAL,
    Signed,
    for_request,
    hash_data,
    made,
    named,
    pki,
)
from tests.security.place import WAIT_S, Place, charge_point
from tests.security.secure_csms import (
    CSMS_ROOT,
    IDENTITY,
    MANUFACTURER_ROOT,
    PASSWORD,
    SecureCsms,
    basic,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")
in_1_and_2 = pytest.mark.parametrize("place", ["first", "second"], indirect=True)
in_2_and_3 = pytest.mark.parametrize("place", ["second", "third"], indirect=True)
in_2 = pytest.mark.parametrize("place", ["second"], indirect=True)
in_3 = pytest.mark.parametrize("place", ["third"], indirect=True)

SUITES = {
    *("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"),
    *("AES128-GCM-SHA256", "AES256-GCM-SHA384"),
}
"""What a charge point has to offer (W A00.FR.318); a choice of two pairs, of which we have both."""
NEW_PASSWORD = b"OCA_OCTT_admin_test"


@in_1_and_2
async def test_tc_073_update_charge_point_password(place: Place) -> None:
    """Red without the line for AuthorizationKey in `key_changed` of charge_point/wiring.py."""
    csms = place.csms
    for password in (NEW_PASSWORD, PASSWORD):
        csms.forget()
        csms.password = password
        assert await csms.set_key("AuthorizationKey", password.hex()) == "Accepted"
        shown = await csms.reconnected(1)
        assert shown.authorization == basic(IDENTITY, password)
    assert csms.refused == 0


@in_3
async def test_tc_074_update_charge_point_certificate(place: Place) -> None:
    """Red without the `Reconnect` in charge_point/security/renewal.py."""
    csms = place.csms
    certificate = await place.certified()
    shown = await csms.reconnected(1)
    assert shown.certificate == certificate.certificate
    assert place.get("security").pending is None


@in_2_and_3
@pytest.mark.parametrize("use", [MANUFACTURER_ROOT, CSMS_ROOT])
async def test_tc_075_install_a_certificate(place: Place, use: CertificateUse) -> None:
    """075_1 and 075_2. Red where issuerKeyHash is over more than the bits of the key."""
    root = made(f"New {use}", extensions=[CA])
    before = await place.csms.installed(use)
    assert await place.csms.install(root, use) == "Accepted"
    found = await place.csms.installed(use)
    assert [each for each in found if each not in before] == [hash_data(root, root)]


@in_2_and_3
@pytest.mark.parametrize("use", [MANUFACTURER_ROOT, CSMS_ROOT])
async def test_tc_076_delete_a_specific_certificate(place: Place, use: CertificateUse) -> None:
    """Red where DeleteCertificate takes nothing out, or another one with it."""
    root, other = (made(name, extensions=[CA]) for name in ("To go", "To stay"))
    for each in (root, other):
        assert await place.csms.install(each, use) == "Accepted"
    before = await place.csms.installed(use)
    (data,) = (each for each in before if each == hash_data(root, root))
    assert await place.csms.delete(data) == "Accepted"
    assert await place.csms.installed(use) == [each for each in before if each != data]
    assert await place.csms.delete(data) == "NotFound"


BAD: dict[str, Callable[[str], Signed]] = {
    "of a stranger": lambda csr: for_request(csr, pki().stranger),
    "for another key": lambda csr: made(SERIAL, pki().root),
    "over": lambda csr: for_request(csr, pki().root, begin=NOW - 2 * DAY, end=NOW - DAY),
    "of another charge point": lambda csr: for_request(csr, pki().root, name=named("SN-0002")),
    "of another operator": lambda csr: for_request(csr, pki().root, name=named(SERIAL, "Other")),
}


@in_3
async def test_tc_077_invalid_charge_point_certificate(place: Place) -> None:
    """Red where one of the checks of `check_charge_point_chain`, or the event, is taken out."""
    csms = place.csms
    in_use = place.get("security").certificates[0]
    csr = await csms.request()
    for number, (what, bad) in enumerate(BAD.items(), 1):
        assert await csms.deliver(bad(csr)) == "Rejected", what
        event = await csms.event("InvalidChargePointCertificate", number)
        assert event["techInfo"], what
    assert place.get("security").certificates[0] == in_use
    assert csms.shown == []


@in_2_and_3
async def test_tc_078_invalid_central_system_certificate(place: Place) -> None:
    """Red where `check_root` does not look at the dates, or the event is taken out."""
    before = await place.csms.installed()
    over = made("Over", begin=NOW - 2 * DAY, end=NOW - DAY, extensions=[CA])
    assert await place.csms.install(over) == "Rejected"
    event = await place.csms.event("InvalidCentralSystemCertificate")
    assert "'Over'" in event["techInfo"]
    assert await place.csms.installed() == before


async def test_tc_083_upgrade_charge_point_security_profile(tmp_path: Path) -> None:
    """From 1 to 2 to 3. Red without `_reconnect` in charge_point/security/profile.py."""
    folders = [tmp_path / str(profile) for profile in (1, 2, 3)]
    for each in folders:
        each.mkdir()
    async with (
        SecureCsms(1, pki(), folders[0]) as one,
        SecureCsms(2, pki(), folders[1]) as two,
        SecureCsms(3, pki(), folders[2]) as three,
        charge_point(one, tmp_path, urls={2: two.url, 3: three.url}) as place,
    ):
        await place.booted()
        assert await one.set_key("SecurityProfile", "2") == "Accepted"
        shown = await two.reconnected(1)
        assert shown.authorization == basic(IDENTITY, PASSWORD)
        at_two = Place(two, place.engine, tmp_path)
        # Without a certificate there is no way up (W A05.FR.04).
        assert await two.set_key("SecurityProfile", "3") == "Rejected"
        certificate = await at_two.certified()
        assert await two.set_key("SecurityProfile", "3") == "Accepted"
        shown = await three.reconnected(1)
        assert shown.certificate == certificate.certificate
        await place.until(lambda: place.get("security").change is None)
        answer = await three.call(call.GetConfiguration(["SecurityProfile"]))
        assert answer.configuration_key[0]["value"] == "3"


@in_2_and_3
async def test_tc_084_downgrade_charge_point_security_profile(place: Place) -> None:
    """Red without `profile <= now` in charge_point/security/profile.py."""
    profile = place.csms.profile
    for lower in range(profile, -1, -1):
        assert await place.csms.set_key("SecurityProfile", str(lower)) == "Rejected"
    answer = await place.csms.call(call.GetConfiguration(["SecurityProfile"]))
    assert answer.configuration_key[0]["value"] == str(profile)
    assert place.csms.shown == []


@in_1_and_2
async def test_tc_085_basic_authentication(place: Place) -> None:
    """Red where a password is not sent, or is sent for another user than the URL names."""
    shown = await place.power_cycled()
    assert shown.authorization == basic(IDENTITY, PASSWORD)
    assert shown.path == f"/ocpp/{IDENTITY}"
    # A key that is too short is no key: 16 bytes are 32 digits (W A00.FR.205).
    for short in ("a" * 15, "ab" * 15 + "a" * 11):
        assert await place.csms.set_key("AuthorizationKey", short) == "Rejected"
    assert place.csms.shown == [shown]


@in_2_and_3
async def test_tc_086_tls_server_side_certificate(place: Place) -> None:
    """Red where a suite of `_SUITES` is missing, and where the server is not verified."""
    csms = place.csms
    assert csms.context is not None
    shown = await place.power_cycled()
    assert shown.tls_version == "TLSv1.3"
    assert shown.suites >= SUITES
    is_password_sent = shown.authorization == basic(IDENTITY, PASSWORD)
    assert is_password_sent == (csms.profile == 2)
    csms.context.maximum_version = ssl.TLSVersion.TLSv1_2
    shown = await place.power_cycled()
    assert shown.tls_version == "TLSv1.2"

    csms.show(pki().server(pki().stranger))
    assert "'localhost' was issued by" in (await place.left_out()).text
    csms.show(pki().server())
    await place.booted()
    await csms.event("InvalidCentralSystemCertificate")
    csms.context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED


@in_3
async def test_tc_087_tls_client_side_certificate(place: Place) -> None:
    """Red where no certificate is shown, and where a request has another name than the serial."""
    certificate = (await place.power_cycled()).certificate
    assert certificate is not None
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.key_size >= 224
    assert certificate.serial_number > 0
    names = {each.oid: each.value for each in certificate.subject}
    assert names == {NameOID.COMMON_NAME: SERIAL, NameOID.ORGANIZATION_NAME: OPERATOR}


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["ocpp1.6"], "ocpp1.6"),
        (["ocpp2.0.1", "ocpp1.6"], "ocpp1.6"),
        (["ocpp2.0.1"], None),
        ([], None),
    ],
)
async def test_tc_088_websocket_subprotocol_negotiation(
    tmp_path: Path, offered: list[str], chosen: str | None
) -> None:
    """Of a CSMS, so that of ours is tried. Red without `_select_subprotocol`, or what follows."""
    async with CentralSystem(
        profile=2, folder=tmp_path, authorization_key=PASSWORD.decode()
    ) as csms:
        context = ssl.create_default_context(cadata=csms.security.pki.csms_root.certificate)
        connection = connect(
            f"{csms.url}/{IDENTITY}",
            ssl=context,
            subprotocols=[Subprotocol(name) for name in offered] or None,
            additional_headers={"Authorization": basic(IDENTITY, PASSWORD)},
        )
        async with asyncio.timeout(WAIT_S), connection as websocket:
            assert websocket.subprotocol == chosen
            if chosen is not None:
                await websocket.send('[2,"1","Heartbeat",{}]')
                assert '"currentTime"' in str(await websocket.recv())
                return
            with pytest.raises(ConnectionClosedError) as closed:
                await websocket.recv()
            assert "ocpp1.6 is required" in str(closed.value)
