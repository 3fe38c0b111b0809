"""The security of a simulated life: who is let in, which keys there are, what the CSMS asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from cp_tui.certificates.authority import Validity
from cp_tui.certificates.hash_data import hash_data_of
from cp_tui.certificates.keys import certificate_request, new_key, public_key_of
from cp_tui.charge_point.config import ChargePointConfig, SecurityConfig
from cp_tui.charge_point.effects import MakeCertificateRequest, SetCredentials
from cp_tui.charge_point.events import CertificateRequestMade, LinkFailed, LinkOpened
from cp_tui.charge_point.variables import LinkFault, SecurityView, Tls
from tests.charge_point.rig import NEW_FIRMWARE, T0
from tests.charge_point.securing import CPO, DECADE, PASSWORD, SERIAL, root, server, successor
from tests.charge_point.signing import signature

if TYPE_CHECKING:
    from tests.simulation.csms import Book

PROFILES = (1, 2, 3)
Request = tuple[str, dict[str, Any]]


def secure(config: ChargePointConfig) -> ChargePointConfig:
    """Let a charge point begin in security profile 1, with a root of its settings."""
    keys = {**config.keys, "AuthorizationKey": PASSWORD, "CpoName": CPO}
    trusted = root().certificate
    security = SecurityConfig(csms_roots=trusted, manufacturer_roots=trusted, profile_tries=2)
    return replace(config, keys=keys, security=security, charge_box_serial_number=SERIAL)


class Door:
    """The TLS of the CSMS, and the keys on the disk of the charge point."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.keys: set[str] = set()
        """The private keys that are on the disk; a power cut takes none of them."""
        self.told: SetCredentials | None = None
        """What the link was told last."""
        self.lets_in = set(PROFILES)
        self.refused: set[str] = set()
        """Certificates that the CSMS does not take."""
        self.worked: int | None = None
        """The profile in which it was let in last."""

    def tell(self, told: SetCredentials) -> None:
        """Tell the link how to connect; a profile that is new may come up, or not at all."""
        is_new = self.told is not None and told.profile != self.told.profile
        self.told = told
        if is_new and self.worked is not None and self._random.random() < 0.7:
            self.lets_in = {self._random.choice((self.worked, told.profile))}

    def change_its_mind(self) -> str:
        """Let in other profiles than before, and refuse other certificates."""
        self.lets_in = {each for each in PROFILES if self._random.random() < 0.6}
        used = self.told.certificate if self.told is not None else None
        self.refused = {used.chain[0]} if used and self._random.random() < 0.3 else set()
        return f"the CSMS lets in {sorted(self.lets_in)}, refuses {len(self.refused)}"

    def be_kind(self, security: SecurityView) -> None:
        """Let in one profile that the charge point has to try, and no other one."""
        change = security.change
        tried = (security.profile,) if change is None else (change.wanted, change.fallback)
        assert self.worked in (None, *tried), f"{self.worked} worked, and {tried} are tried"
        self.lets_in = {self._random.choice(tried) or 0}
        self.refused = set()

    def outcome(self) -> LinkOpened | LinkFailed:
        """Say what comes of an attempt to connect."""
        told = self.told
        assert told is not None, "the link was never told how to connect"
        used = told.certificate
        assert used is None or used.key_id in self.keys, f"the key of {used} is not there"
        if told.profile not in self.lets_in:
            return LinkFailed(LinkFault.OTHER, f"nobody there for profile {told.profile}")
        if told.profile < 2:
            self.worked = told.profile
            return LinkOpened()
        if told.profile == 3 and (used is None or used.chain[0] in self.refused):
            return LinkFailed(LinkFault.CLIENT_CERTIFICATE, "bad certificate")
        self.worked = told.profile
        asked = told.profile == 3
        tls = Tls(version="TLS 1.3", cipher="AES", asked_for_certificate=asked)
        return LinkOpened(1, tls, (server().certificate,))

    def make_key(self, wanted: MakeCertificateRequest) -> CertificateRequestMade:
        """Make a private key; it is on the disk before anybody hears of it."""
        assert wanted.key_id not in self.keys
        self.keys.add(wanted.key_id)
        key = new_key(wanted.kind)
        request = certificate_request(key, wanted.common_name, wanted.organization)
        return CertificateRequestMade(wanted.key_id, request, public_key_of(key))


def _install(random: Random, book: Book) -> Request:
    stranger = root("Stranger").certificate
    pem = random.choice((root().certificate, successor().certificate, stranger, stranger[:300]))
    use = random.choice(("CentralSystemRootCertificate", "ManufacturerRootCertificate"))
    return "InstallCertificate", {"certificateType": use, "certificate": pem}


@cache
def _hashes(pem: str) -> dict[str, str]:
    found = hash_data_of(pem, (root().certificate,))
    assert found is not None
    return {
        "hashAlgorithm": found.algorithm,
        "issuerNameHash": found.issuer_name_hash,
        "issuerKeyHash": found.issuer_key_hash,
        "serialNumber": found.serial,
    }


def _delete(random: Random, book: Book) -> Request:
    pem = random.choice((successor().certificate, root("Stranger").certificate))
    return "DeleteCertificate", {"certificateHashData": _hashes(pem)}


def _list(random: Random, book: Book) -> Request:
    use = "CentralSystemRootCertificate"
    return "GetInstalledCertificateIds", {"certificateType": use}


def _sign(random: Random, book: Book) -> Request:
    return "ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}


def _signed(random: Random, book: Book) -> Request:
    asked = [each for each in book.received if each.action == "SignCertificate"]
    if not asked:
        return "CertificateSigned", {"certificateChain": root().certificate}
    request = random.choice(asked[-2:]).payload["csr"]
    begin = T0 + random.choice((-2, -1, 0.1)) * timedelta(days=1)
    by = random.choice((root(), root(), root(), root("Stranger")))
    chain = by.charge_point(request, Validity(begin, DECADE.end))
    return "CertificateSigned", {"certificateChain": chain}


def _set_profile(random: Random, book: Book) -> Request:
    profile = random.choice((0, 1, 2, 2, 3, 3))
    return "ChangeConfiguration", {"key": "SecurityProfile", "value": str(profile)}


def _set_password(random: Random, book: Book) -> Request:
    password = f"{random.getrandbits(160):040x}"
    return "ChangeConfiguration", {"key": "AuthorizationKey", "value": password}


@cache
def _signer(of: str) -> tuple[str, str]:
    """Give a signing certificate, and its signature over the firmware of every server here."""
    made = root(of).signing_certificate("Firmware", DECADE)
    return made.certificate, signature(NEW_FIRMWARE, made.key)


def _signed_update(random: Random, book: Book) -> Request:
    signer, good = _signer(random.choice(("CSMS Root", "CSMS Root", "Stranger")))
    signed = random.choice((good, good, good[4:]))
    firmware = {
        "location": random.choice(("ftp://files/good.bin", "ftp://files/broken.bin")),
        "retrieveDateTime": "2026-01-05T00:00:00Z",
        "installDateTime": random.choice(("2026-01-05T00:00:00Z", "2026-01-05T10:00:00Z")),
        "signingCertificate": signer,
        "signature": signed,
    }
    payload = {"requestId": random.randrange(5), "firmware": firmware, "retries": 1}
    return "SignedUpdateFirmware", payload


def _get_log(random: Random, book: Book) -> Request:
    log = {"remoteLocation": random.choice(("ftp://files/", "ftp://files/refused"))}
    kind = random.choice(("SecurityLog", "DiagnosticsLog"))
    return "GetLog", {"logType": kind, "requestId": random.randrange(5), "log": log}


REQUESTS: list[Callable[[Random, Book], Request]] = [
    _install,
    _delete,
    _list,
    *[_sign] * 2,
    *[_signed] * 3,
    *[_set_profile] * 2,
    _set_password,
    *[_signed_update] * 2,
    *[_get_log] * 2,
]
