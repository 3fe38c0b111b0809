"""Certificates and keys as nobody should send them, over TLS on real sockets (W, section by name).

Each is answered with the right status, told as the right event, and explained in words that can be
shown; and nothing of it is kept.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from ocpp.v16 import call
from ocpp.v16.enums import CertificateUse

from cp_tui.charge_point.variables import Direction, MessageRecord
from cp_tui.engine.hub import History
from cp_tui.engine.store import DATABASE_FILE
from cp_tui.ocpp.printable import is_clean
from tests.certificates.making import from_openssl
from tests.security.pki import CA, DAY, NOW, SERIAL, Signed, for_request, made, named, pki, signed
from tests.security.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECOND = DAY / 86_400
RAW = "\x1b[31m\x07\u202e\x9b"
"""What a terminal would obey."""
TABLES = "root_certificate", "charge_point_certificate"


@dataclass(frozen=True, slots=True)
class Case:
    """What is sent, and by which check it is refused."""

    make: Callable[[str], str]
    check: str


def weak() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 1_024)


def below(csr: str, *issuers: Signed) -> str:
    """Sign a request with the first of a chain, and send all of it."""
    return "".join(each.pem for each in (for_request(csr, issuers[0]), *issuers))


def loop(csr: str) -> str:
    """Sign with one of two that have signed each other."""
    one, other = made("One", extensions=[CA]), made("Other", extensions=[CA])
    first = signed(named("One"), one.public_key, other, one.key, extensions=[CA])
    second = signed(named("Other"), other.public_key, one, other.key, extensions=[CA])
    return below(csr, first, second)


def for_a_server(csr: str) -> str:
    key = x509.load_pem_x509_csr(csr.encode()).public_key()
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return signed(named(SERIAL), key, pki().root, extensions=[usage]).pem


def good(csr: str) -> str:
    return for_request(csr, pki().root).pem


def named_so(common_name: str, organization: str = "Operator") -> Callable[[str], str]:
    name = named(common_name, organization)
    return lambda csr: for_request(csr, pki().root, name=name).pem


DELIVERED = {
    "in the wrong order": Case(
        lambda csr: pki().middle.pem + for_request(csr, pki().middle).pem, "order"
    ),
    "with one that has nothing to do with it": Case(
        lambda csr: good(csr) + pki().stranger.pem, "unrelated"
    ),
    "two leaves": Case(lambda csr: good(csr) + made(SERIAL, pki().root).pem, "unrelated"),
    "a key": Case(lambda csr: pki().stranger.key_pem, "private_key"),
    "with a key": Case(lambda csr: good(csr) + pki().stranger.key_pem, "private_key"),
    "cut off": Case(lambda csr: good(csr)[:300], "not_pem"),
    "no PEM": Case(lambda csr: f"{RAW} hello", "not_pem"),
    "empty": Case(lambda csr: "", "not_pem"),
    "the request itself": Case(lambda csr: csr, "not_a_certificate"),
    "no certificate inside": Case(
        lambda csr: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "unreadable"
    ),
    "over for a second": Case(
        lambda csr: for_request(csr, pki().root, end=NOW - SECOND).pem, "expired"
    ),
    "below a weak key": Case(
        lambda csr: below(csr, made("Weak", pki().root, key=weak(), extensions=[CA])), "weak_key"
    ),
    "named as an address": Case(named_so("192.0.2.7"), "common_name"),
    "named as a URL": Case(named_so("https://cp.example"), "common_name"),
    "without an operator": Case(named_so(SERIAL, ""), "organization"),
    "of an operator with letters of elsewhere": Case(named_so(SERIAL, "Öpérateur"), "organization"),
    "with control bytes in its name": Case(named_so(SERIAL + RAW), "common_name"),
    "for a server": Case(for_a_server, "key_usage"),
    "for a key of its own": Case(lambda csr: made(SERIAL, pki().root).pem, "key_mismatch"),
    "signed by itself": Case(lambda csr: made(SERIAL).pem, "key_mismatch"),
    "in a loop": Case(loop, "loop"),
    "below one that may sign nothing": Case(
        lambda csr: below(csr, made("No CA", pki().root)), "not_a_ca"
    ),
    "of a stranger": Case(lambda csr: for_request(csr, pki().stranger).pem, "unknown_root"),
}
INSTALLED = {
    "two in one": Case(lambda _: pki().stranger.pem + pki().root.pem, "several"),
    "with a key": Case(lambda _: pki().stranger.pem + pki().stranger.key_pem, "private_key"),
    "cut off": Case(lambda _: pki().stranger.pem[:300], "not_pem"),
    "no PEM": Case(lambda _: f"{RAW} hello", "not_pem"),
    "over for a second": Case(
        lambda _: made(f"Over{RAW}", end=NOW - SECOND, extensions=[CA]).pem, "expired"
    ),
    "of tomorrow": Case(lambda _: made("Tomorrow", begin=NOW + DAY).pem, "not_yet_valid"),
    "a weak key": Case(lambda _: made("Weak", key=weak(), extensions=[CA]).pem, "weak_key"),
    "SHA-1": Case(lambda _: from_openssl("sha1_root"), "weak_hash"),
    "a negative serial number": Case(lambda _: from_openssl("negative"), "serial"),
    "a huge serial number": Case(lambda _: from_openssl("huge"), "serial"),
}


def kept(place: Place) -> tuple[list[object], set[str]]:
    """Give all that is stored of certificates, and the names of the keys."""
    data = place.folder / "data"
    with closing(sqlite3.connect(data / DATABASE_FILE)) as database:
        query = "SELECT kind, key, value FROM record WHERE kind IN (?, ?) ORDER BY kind, key"
        records = database.execute(query, TABLES).fetchall()
    return records, {path.name for path in data.glob("keys/*")}


def reason(place: Place, action: str) -> str:
    """Give why the newest request of an action was answered so."""
    records = [each for each in messages(place) if each.action == action and each.reason]
    assert records[-1].direction is Direction.OUT
    assert records[-1].reason is not None
    return records[-1].reason.text


def messages(place: Place) -> list[MessageRecord]:
    """List the frames that people are shown."""
    with closing(place.engine.subscribe(["messages"])) as subscription:
        history = subscription.snapshot["messages"]
        assert isinstance(history, History)
        return [each for each in history if isinstance(each, MessageRecord)]


@contextmanager
def nothing_is_kept(place: Place) -> Iterator[None]:
    records, keys = kept(place)
    yield
    records_now, keys_now = kept(place)
    assert records_now == records
    # The key of a request that another one has replaced may just be going.
    assert keys_now <= keys


def check_words(*texts: str) -> None:
    for text in texts:
        assert is_clean(text), text
        assert 10 < len(text) <= 255, text
        assert RAW[0] not in text


async def send(place: Place, request: object) -> Any:
    """Send a request that the package itself would not: it may break the schema."""
    return await place.csms.call(request, is_checked=False)


@pytest.mark.parametrize("place", ["third"], indirect=True)
@pytest.mark.parametrize("case", DELIVERED.values(), ids=DELIVERED)
async def test_a_certificate_that_is_delivered(place: Place, case: Case) -> None:
    """W A02.FR.06, .07: Rejected, an event that says by which check, and nothing is kept."""
    csr = await place.csms.request()
    with nothing_is_kept(place):
        answer = await send(place, call.CertificateSigned(case.make(csr)))
        assert answer.status == "Rejected"
        event = await place.csms.event("InvalidChargePointCertificate")
    assert event["techInfo"].startswith(f"{case.check}: ")
    check_words(event["techInfo"], reason(place, "CertificateSigned"))
    # The request still counts, and the connection is the one that there was.
    assert place.get("security").pending is not None
    assert place.csms.shown == []


@pytest.mark.parametrize("place", ["third"], indirect=True)
async def test_a_certificate_that_nobody_asked_for(place: Place) -> None:
    """W A02: without a request, and with the request of a certificate that was delivered since."""
    csr = await place.csms.request()
    certificate = for_request(csr, pki().root)
    assert await place.csms.deliver(certificate) == "Accepted"
    await place.csms.reconnected(1)
    assert await place.csms.deliver(for_request(csr, pki().root)) == "Rejected"
    event = await place.csms.event("InvalidChargePointCertificate")
    assert "no request for a certificate is pending" in event["techInfo"]
    await place.csms.request()
    # The same key as before.
    with nothing_is_kept(place):
        assert await place.csms.deliver(for_request(csr, pki().root)) == "Rejected"
    event = await place.csms.event("InvalidChargePointCertificate", 2)
    assert event["techInfo"].startswith("key_mismatch: ")
    in_use = place.get("security").certificates[0]
    assert in_use.facts.serial == f"{certificate.certificate.serial_number:x}"


@pytest.mark.parametrize("place", ["third"], indirect=True)
async def test_a_chain_that_is_too_long(place: Place) -> None:
    """W 5.1: CertificateSignedMaxChainSize, and the limit of the message itself; no event."""
    csr = await place.csms.request()
    with nothing_is_kept(place):
        text = good(csr)
        assert len(text) < 10_000
        answer = await send(place, call.CertificateSigned(text.ljust(10_001)))
        assert answer is None or answer.status == "Rejected"
    assert await place.csms.deliver(for_request(csr, pki().root)) == "Accepted"
    assert "InvalidChargePointCertificate" not in {each["type"] for each in events(place)}


@pytest.mark.parametrize("place", ["third"], indirect=True)
@pytest.mark.parametrize(
    "written",
    [
        lambda pem: pem.replace("\n", "\r\n"),
        lambda pem: pem.rstrip("\n"),
        lambda pem: f"Bag Attributes\n    friendlyName: {RAW}\n{pem}",
    ],
    ids=["with CRLF", "without a last line end", "with words before it"],
)
async def test_a_certificate_that_is_good_however_it_is_written(
    place: Place, written: Callable[[str], str]
) -> None:
    csr = await place.csms.request()
    certificate = for_request(csr, pki().root)
    answer = await send(place, call.CertificateSigned(written(certificate.pem)))
    assert answer.status == "Accepted"
    assert (await place.csms.reconnected(1)).certificate == certificate.certificate


@pytest.mark.parametrize("place", ["third"], indirect=True)
async def test_a_certificate_that_begins_later_is_kept_and_not_yet_used(place: Place) -> None:
    """W A02.FR.08."""
    csr = await place.csms.request()
    later = for_request(csr, pki().root, begin=NOW + DAY)
    assert await place.csms.deliver(later) == "Accepted"
    (found,) = (
        each
        for each in place.get("security").certificates
        if each.facts.serial == f"{later.certificate.serial_number:x}"
    )
    assert found.problem == "it has not begun"
    shown = (await place.power_cycled()).certificate
    assert shown is not None
    assert shown != later.certificate


@pytest.mark.parametrize("place", ["second"], indirect=True)
@pytest.mark.parametrize(
    "use",
    [CertificateUse.central_system_root_certificate, CertificateUse.manufacturer_root_certificate],
)
@pytest.mark.parametrize("case", INSTALLED.values(), ids=INSTALLED)
async def test_a_root_that_is_installed(place: Place, use: CertificateUse, case: Case) -> None:
    """W M05: Rejected, for a root of the CSMS with an event, and nothing is kept."""
    with nothing_is_kept(place):
        answer = await send(place, call.InstallCertificate(use, case.make("")))
        assert answer.status == "Rejected"
    words = reason(place, "InstallCertificate")
    assert words.startswith(f"{case.check}: ")
    check_words(words)
    if use is CertificateUse.central_system_root_certificate:
        event = await place.csms.event("InvalidCentralSystemCertificate")
        assert event["techInfo"].startswith(f"{case.check}: ")
        check_words(event["techInfo"])
    else:
        assert events(place) == []


@pytest.mark.parametrize("place", ["second"], indirect=True)
async def test_a_private_key_that_came_is_told_nowhere(place: Place) -> None:
    """Whoever sends one has sent it too far: no log, no stream and no file has it."""
    key = pki().stranger.key_pem
    secret = key.splitlines()[1]
    use = CertificateUse.central_system_root_certificate
    await send(place, call.InstallCertificate(use, pki().stranger.pem + key))
    await place.csms.event("InvalidCentralSystemCertificate")
    assert secret not in repr(messages(place))
    assert secret not in f"{place.get('security')} {place.get('security_events')}"
    for path in (place.folder / "data").iterdir():
        assert path.is_dir() or secret.encode() not in path.read_bytes(), path.name


def events(place: Place) -> list[dict[str, Any]]:
    """List the security events of this test."""
    return [each for name, each in place.csms.received if name == "SecurityEventNotification"]
