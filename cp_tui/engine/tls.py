"""TLS towards the CSMS: what we offer, and what was agreed, in words (security profile 2).

The server is always verified; only the check of its name can be switched off.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

from cp_tui.charge_point.variables import Certificate, Tls
from cp_tui.engine.errors import EngineStartError

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:AES128-GCM-SHA256:AES256-GCM-SHA384"
"""TLS 1.2 suites. Plain RSA is among those that a charge point must offer (A00.FR.318), though
Python leaves it out by default. TLS 1.3 has its own list, always on."""

NAME_LENGTH_MAX = 300
"""How long a name from a certificate may be: each remembered state of the link holds some."""


def tls_context(ca_file: Path | None, check_hostname: bool) -> ssl.SSLContext:
    """Build the context for all connections: TLS 1.2 or later, the server always verified."""
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except FileNotFoundError:
        raise EngineStartError(f"csms.ca_file: {ca_file} does not exist") from None
    except ssl.SSLError:
        raise EngineStartError(f"csms.ca_file: {ca_file} holds no PEM certificate") from None
    except OSError as error:
        raise EngineStartError(f"csms.ca_file: {ca_file}: {error.strerror}") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.check_hostname = check_hostname
    return context


def trust_words(ca_file: Path | None, check_hostname: bool) -> str:
    """Say what the server certificate is held against."""
    roots = "the roots of the system" if ca_file is None else f"csms.ca_file {ca_file}"
    return roots if check_hostname else f"{roots}; the name in it is not checked"


def agreed(connection: ssl.SSLObject) -> Tls:
    """Say what a finished handshake agreed on, and which certificate the server showed."""
    cipher = connection.cipher()
    return Tls(
        version=(connection.version() or "").replace("TLSv", "TLS "),
        cipher=cipher[0] if cipher else "",
        certificate=_certificate(connection),
    )


def _certificate(connection: ssl.SSLObject) -> Certificate | None:
    shown = connection.getpeercert()
    if not shown:
        return None
    return Certificate(
        subject=_name(shown.get("subject")),
        issuer=_name(shown.get("issuer")),
        not_before=_instant(shown["notBefore"]),
        not_after=_instant(shown["notAfter"]),
    )


def _name(distinguished_name: object) -> str:
    """Write `(((type, value),), ...)`, the form of the ssl module, as `CN=..., O=...`."""
    short = {"commonName": "CN", "organizationName": "O", "organizationalUnitName": "OU"}
    short |= {"countryName": "C", "localityName": "L", "stateOrProvinceName": "ST"}
    if not isinstance(distinguished_name, tuple):
        return ""
    pairs = [pair for group in distinguished_name for pair in group]
    text = ", ".join(f"{short.get(kind, kind)}={value}" for kind, value in reversed(pairs))
    return text if len(text) <= NAME_LENGTH_MAX else f"{text[: NAME_LENGTH_MAX - 1]}…"


def _instant(text: object) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(text)), UTC)


def server_validity(host: str, port: int, timeout_s: float) -> tuple[datetime, datetime] | None:
    """Ask a server for its certificate without trusting it, to say when it expired; blocks.

    Nothing but the handshake goes over this connection. None if it is not shown again.
    """
    try:
        pem = ssl.get_server_certificate((host, port), timeout=timeout_s)
        return validity(ssl.PEM_cert_to_DER_cert(pem))
    except (OSError, ValueError):
        return None


def validity(certificate_der: bytes) -> tuple[datetime, datetime]:
    """Read notBefore and notAfter of a certificate (RFC 5280 4.1) that failed verification.

    The ssl module decodes only what it trusts, and an expired certificate is what it does not.
    """
    _, certificate, _ = _der(certificate_der)
    _, fields, _ = _der(certificate)
    tag, _, after = _der(fields)
    if tag == 0xA0:  # The explicit version, absent in version 1.
        fields = after
    for _ in ("serialNumber", "signature", "issuer"):
        _, _, fields = _der(fields)
    _, period, _ = _der(fields)
    first_tag, not_before, rest = _der(period)
    second_tag, not_after, _ = _der(rest)
    return _asn1_time(first_tag, not_before), _asn1_time(second_tag, not_after)


def _der(data: bytes) -> tuple[int, bytes, bytes]:
    """Split DER into the tag and content of its first element, and what follows."""
    if len(data) < 2:
        raise ValueError("truncated DER")
    length, start = data[1], 2
    if length & 0x80:
        start = 2 + (length & 0x7F)
        length = int.from_bytes(data[2:start], "big")
    end = start + length
    if end > len(data):
        raise ValueError("truncated DER")
    return data[0], data[start:end], data[end:]


def _asn1_time(tag: int, content: bytes) -> datetime:
    form = "%y%m%d%H%M%SZ" if tag == 0x17 else "%Y%m%d%H%M%SZ"
    return datetime.strptime(content.decode("ascii"), form).replace(tzinfo=UTC)
