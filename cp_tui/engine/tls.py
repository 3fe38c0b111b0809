"""TLS towards the CSMS: what we offer, whom we trust, and what was agreed (profiles 2 and 3).

The server is always verified; only the check of its name can be switched off. What a certificate
has to keep is set here, flag by flag: the defaults of Python differ from version to version, and a
charge point that is moved to a newer one must not refuse its CSMS for that.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import ClientCertificate, SetCredentials
from cp_tui.charge_point.variables import Certificate, Tls
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.tls_witness import CHAIN_MAX, Witness

_SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""Of TLS 1.2. Those of plain RSA are among what a charge point must offer (W A00.FR.318), though
Python leaves them out by default. TLS 1.3 has its own list, always on."""
_SECURITY_LEVEL = 2
"""Of OpenSSL: RSA from 2048 bits, curves from 224, no SHA-1 (W A00.FR.502 to 506)."""
_FLAGS = (
    # Any certificate that is installed ends a chain, also one that is no root (W M05).
    ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    # What the server shows of the way to it is looked at last.
    | ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST
)
"""What a certificate has to keep; nothing is taken over from the version of Python."""
_STRICT_FLAGS = _FLAGS | ssl.VerifyFlags.VERIFY_X509_STRICT
"""Not by default: real ones of charging have no BasicConstraints, which the strict rules want."""
INSTALLED = "root certificates that are installed here: "
ROOTS_BYTES_MAX = 1_000_000
"""How much of a file of root certificates is read; that of a whole system has a quarter of it."""


class LinkTls(Struct, frozen=True):
    """How to make a TLS connection, and what to say where that fails."""

    context: ssl.SSLContext
    roots: tuple[str, ...] | None = None
    """PEM, against which the server is held; None: the roots of the system."""
    certificate: tuple[str, ...] = ()
    """What is shown of the charge point where the server asks for it, PEM; empty: nothing."""
    is_strict: bool = False
    profile: int = 2
    """Security profile."""
    no_certificate: str = ""
    """Why nothing is shown in profile 3."""


class OwnCertificateError(Exception):
    """The certificate of the charge point, or its key, cannot be used; the text says why."""


class TlsMaker:
    """Makes what each connection needs, from the settings and from what the mind wants.

    `make` blocks; the newest is kept, for most attempts want what the one before has had.
    """

    def __init__(
        self,
        ca_file: Path | None,
        check_hostname: bool,
        *,
        is_strict: bool = False,
        key_file: Callable[[str], Path] = Path,
    ) -> None:
        """`key_file` gives the file of a private key by its name."""
        self._ca_file = ca_file
        self._check_hostname = check_hostname
        self._is_strict = is_strict
        self._key_file = key_file
        self._kept: tuple[object, LinkTls] | None = None

    def make(self, sent: SetCredentials) -> LinkTls:
        """Give what to connect with; raises `EngineStartError`, `OwnCertificateError`."""
        wanted = sent.roots, sent.with_system, sent.certificate, sent.profile, sent.no_certificate
        if self._kept is not None and self._kept[0] == wanted:
            return self._kept[1]
        # Whatever comes of the handshake is told with it, and to load it takes a while.
        import cp_tui.certificates.checks  # noqa: F401

        context = tls_context(
            self._ca_file,
            self._check_hostname,
            is_strict=self._is_strict,
            roots=sent.roots,
            with_system=sent.with_system,
        )
        if sent.certificate is not None:
            self._show(context, sent.certificate)
        roots = sent.roots
        if roots is None and self._ca_file is not None:
            roots = tuple(map(ssl.DER_cert_to_PEM_cert, context.get_ca_certs(binary_form=True)))
        certificate = () if sent.certificate is None else sent.certificate.chain
        made = LinkTls(
            context, roots, certificate, self._is_strict, sent.profile, sent.no_certificate
        )
        self._kept = wanted, made
        return made

    def words(self, sent: SetCredentials) -> str:
        """Say what the server certificate is held against."""
        return trust_words(self._ca_file, self._check_hostname, sent.roots)

    def _show(self, context: ssl.SSLContext, certificate: ClientCertificate) -> None:
        """Have a context show the certificate of the charge point."""
        try:
            # The library takes files only. This one holds nothing that is secret.
            with NamedTemporaryFile("w", encoding="ascii", suffix=".pem") as file:
                file.write("".join(certificate.chain))
                file.flush()
                # A key with a password would have it asked for at the terminal.
                context.load_cert_chain(
                    file.name, self._key_file(certificate.key_id), password=lambda: b"none"
                )
        except ssl.SSLError as error:
            reason = (error.reason or "damaged").replace("_", " ").lower()
            why = f"its private key, or itself, cannot be read ({reason})"
            if "mismatch" in reason:
                why = "it is for another private key"
            raise OwnCertificateError(_not_usable(why)) from None
        except FileNotFoundError:
            raise OwnCertificateError(_not_usable("its private key is not there")) from None
        except (OSError, ValueError) as error:
            words = error.strerror if isinstance(error, OSError) else None
            why = f"its private key cannot be read: {words or type(error).__name__}"
            raise OwnCertificateError(_not_usable(why)) from None


def _not_usable(why: str) -> str:
    return f"the certificate of this charge point cannot be used: {why}"


def tls_context(
    ca_file: Path | None,
    check_hostname: bool,
    *,
    is_strict: bool = False,
    roots: tuple[str, ...] | None = None,
    with_system: bool = False,
) -> ssl.SSLContext:
    """Build what connections are made with: TLS 1.2 or later, the server always verified.

    The roots are PEM, with those of the system beside them where that is said; None: those of the
    file, or of the system. Raises `EngineStartError`.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = check_hostname
    context.verify_mode = ssl.CERT_REQUIRED
    # Where a certificate lists no other names, its CN is that of the server (W A00.FR.510).
    context.hostname_checks_common_name = True
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
    context.options |= ssl.OP_NO_COMPRESSION
    context.set_ciphers(f"{':'.join(_SUITES)}:@SECLEVEL={_SECURITY_LEVEL}")
    context.verify_flags = _STRICT_FLAGS if is_strict else _FLAGS
    try:
        if roots:
            context.load_verify_locations(cadata="".join(roots))
        elif roots is None and ca_file is not None:
            context.load_verify_locations(cafile=ca_file)
        if with_system or (roots is None and ca_file is None):
            context.load_default_certs()
    except FileNotFoundError:
        raise EngineStartError(f"csms.ca_file: {ca_file} does not exist") from None
    except ssl.SSLError:
        place = "an installed root" if roots else f"csms.ca_file: {ca_file}"
        raise EngineStartError(f"{place} holds no PEM certificate") from None
    except OSError as error:
        raise EngineStartError(f"csms.ca_file: {ca_file}: {error.strerror}") from None
    return context


def with_roots(config: EngineConfig) -> ChargePointConfig:
    """Read the root certificates of the settings for the mind.

    Blocks, and raises `EngineStartError`.
    """
    security = replace(
        config.charge_point.security,
        csms_roots=_roots_text(config.ca_file, "csms.ca_file"),
        manufacturer_roots=_roots_text(config.manufacturer_roots, "security.manufacturer_roots"),
    )
    return replace(config.charge_point, security=security)


def _roots_text(path: Path | None, name: str) -> str:
    if path is None:
        return ""
    try:
        with path.open("rb") as file:
            return file.read(ROOTS_BYTES_MAX).decode("ascii", "replace")
    except FileNotFoundError:
        raise EngineStartError(f"{name}: {path} does not exist") from None
    except OSError as error:
        raise EngineStartError(f"{name}: {path}: {error.strerror}") from None


def trust_words(
    ca_file: Path | None, check_hostname: bool, roots: tuple[str, ...] | None = None
) -> str:
    """Say what the server certificate is held against."""
    place = "the roots of the system" if ca_file is None else f"csms.ca_file {ca_file}"
    if roots is not None:
        place = f"{INSTALLED}{len(roots)}"
    return place if check_hostname else f"{place}; the name in it is not checked"


def agreed(connection: ssl.SSLObject, witness: Witness) -> Tls:
    """Say what a finished handshake agreed on, and which certificates the server showed."""
    cipher = connection.cipher()
    shown = chain_of(connection, witness)
    chain = tuple(found for pem in shown if (found := _certificate(pem)) is not None)
    verified = _chain(connection, "get_verified_chain")
    anchor = _certificate(verified[-1]) if verified else None
    return Tls(
        version=(connection.version() or "").replace("TLSv", "TLS "),
        cipher=cipher[0] if cipher else "",
        certificate=chain[0] if chain else None,
        chain=chain,
        anchor="" if anchor is None else anchor.subject,
        asked_for_certificate=witness.has_asked if witness.can_hear else None,
    )


def _certificate(pem: str) -> Certificate | None:
    """Describe a certificate; None where it cannot be read, though TLS has taken it."""
    from cp_tui.certificates.described import facts_of

    try:
        facts = facts_of(pem)
    except CertificateError:
        return None
    return Certificate(
        subject=facts.subject,
        issuer=facts.issuer,
        not_before=facts.not_before,
        not_after=facts.not_after,
    )


def chain_of(connection: ssl.SSLObject, witness: Witness) -> tuple[str, ...]:
    """Give what the server has shown, PEM, its own certificate first."""
    return witness.chain or _chain(connection, "get_unverified_chain")[:CHAIN_MAX]


def _chain(connection: ssl.SSLObject, method: str) -> tuple[str, ...]:
    """Give a chain of the connection, PEM; a verified one ends at the root.

    Both methods are public from Python 3.13 on; before, they are there on the object inside.
    """
    owner: Any = connection
    if not hasattr(connection, method):
        owner = getattr(connection, "_sslobj", None)
    found: list[Any] = []
    with suppress(AttributeError, ssl.SSLError, ValueError):
        found = getattr(owner, method)() or []
    return tuple(
        ssl.DER_cert_to_PEM_cert(each) if isinstance(each, bytes) else each.public_bytes()
        for each in found
    )
