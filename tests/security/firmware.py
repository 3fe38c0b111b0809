"""Firmware that a manufacturer has signed, and what goes wrong with that."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from ocpp.v16 import call

from tests.security.pki import NOW, Signed

CONTENT = b"cp-tui-firmware 2.0.0\n" + bytes(range(256)) * 40


def signature(content: bytes, signer: Signed) -> str:
    """Sign a file as a manufacturer does: with RSA in the older of the two ways, base64."""
    if isinstance(signer.key, ec.EllipticCurvePrivateKey):
        return b64encode(signer.key.sign(content, ec.ECDSA(hashes.SHA256()))).decode()
    assert signer.key is not None
    return b64encode(signer.key.sign(content, padding.PKCS1v15(), hashes.SHA256())).decode()


def update(
    location: str,
    signer: Signed,
    *,
    request_id: int = 1,
    signed: bytes = CONTENT,
    **more: Any,
) -> call.SignedUpdateFirmware:
    """Make the request; `signed` is what the signature is over."""
    return call.SignedUpdateFirmware(
        request_id=request_id,
        firmware={
            "location": location,
            "retrieveDateTime": NOW.isoformat(),
            "signingCertificate": signer.pem,
            "signature": signature(signed, signer),
            **more,
        },
        retries=0,
    )
