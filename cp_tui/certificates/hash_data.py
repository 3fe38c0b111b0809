"""What names an installed certificate between CSMS and charge point, as OCSP does (W 6)."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from cp_tui.certificates.described import is_self_signed, issued, serial
from cp_tui.certificates.facts import HashData
from cp_tui.certificates.pem import loaded, reading
from cp_tui.ocpp.security_enumerations import HashAlgorithm

_HASHES: dict[HashAlgorithm, hashes.HashAlgorithm] = {
    HashAlgorithm.SHA256: hashes.SHA256(),
    HashAlgorithm.SHA384: hashes.SHA384(),
    HashAlgorithm.SHA512: hashes.SHA512(),
}


def hash_data_of(
    pem: str, issuers: Sequence[str], algorithm: HashAlgorithm = HashAlgorithm.SHA256
) -> HashData | None:
    """Name a certificate; others are looked through for the one that issued it.

    None: none of them did, so the key of its issuer is not known. Raises CertificateError.
    """
    certificate = loaded(pem)
    if is_self_signed(certificate):
        issuer = certificate
    else:
        candidates = [loaded(each) for each in issuers]
        found = next((each for each in candidates if issued(certificate, each)), None)
        if found is None:
            return None
        issuer = found
    with reading("the certificate"):
        # What OCSP asks about a certificate is what W 6 wants, so the library works it out.
        asked = (
            ocsp.OCSPRequestBuilder()
            .add_certificate(certificate, issuer, _HASHES[algorithm])
            .build()
        )
        return HashData(
            algorithm=str(algorithm),
            issuer_name_hash=asked.issuer_name_hash.hex(),
            issuer_key_hash=asked.issuer_key_hash.hex(),
            serial=f"{serial(certificate):x}",
        )
