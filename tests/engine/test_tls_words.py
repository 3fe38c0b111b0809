"""OpenSSL refuses a server certificate; our words name the certificate, the rule and both values.

The handshakes are real ones, in memory.
"""

from __future__ import annotations

import ssl
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from cp_tui.certificates.authority import Issued, new_root
from cp_tui.certificates.described import facts_of
from cp_tui.certificates.keys import key_usage
from cp_tui.charge_point.effects import SetCredentials
from cp_tui.engine.link_failure import LinkFailure
from cp_tui.engine.tls import TlsMaker
from cp_tui.engine.tls_failure import certificate_failure
from tests.certificates.making import CA, Made, make
from tests.engine.tls_servers import NOW, YEAR, Pki

PLACE = "localhost"
CLIENT = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
ANY = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])
SIGNS = key_usage(signs_others=True)
OTHER_CERTIFICATES = "the CSMS needs other certificates: tell this to whoever makes them"


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


def made(name: str, by: Made | None = None, *extensions: x509.ExtensionType) -> Made:
    return make(name, by, begin=YEAR.begin, end=YEAR.end, extensions=extensions)


def issued(leaf: Made, *issuers: Made) -> Issued:
    key = leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return Issued(leaf.pem, key, tuple(issuer.pem for issuer in issuers))


def refusal(
    pki: Pki, shown: Issued, sent: SetCredentials, *, host: str = PLACE, knows_roots: bool = True
) -> LinkFailure:
    """Shake hands with a server that shows this, and give our words for why that failed."""
    tls = TlsMaker(None, True).make(sent)
    here, there = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = tls.context.wrap_bio(here, there, server_hostname=host)
    server = pki.server(shown).wrap_bio(there, here, server_side=True)
    for side in (client, server):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    with pytest.raises(ssl.SSLCertVerificationError) as failed:
        client.do_handshake()
    chain = (shown.certificate, *shown.issuers)
    return certificate_failure(failed.value, host, chain, tls.roots if knows_roots else None, NOW)


@pytest.mark.parametrize("knows_roots", [True, False], ids=["installed roots", "of the system"])
@pytest.mark.parametrize(
    ("leaf", "middle", "text"),
    [
        ((), (), "'Sub' may issue no certificates: it does not say that it is a CA"),
        ((), (CA, key_usage(signs_others=False)), "'Sub' is not for signing certificates, by its"),
        ((), (CA, SIGNS, CLIENT), "what 'Sub' issues is not for a server of TLS, by its extended"),
        ((CLIENT,), (CA, SIGNS), "'localhost' is not for a server of TLS, by its extended key"),
        ((ANY,), (CA, SIGNS), "by its extended key usage: any purpose"),
        ((SIGNS,), (CA, SIGNS), "by its key usage neither for signatures, nor"),
    ],
    ids=["no CA", "usage of the CA", "purpose of the CA", "purpose", "any purpose", "usage"],
)
def test_the_certificate_that_breaks_a_rule_is_named_with_the_rule(
    pki: Pki,
    leaf: tuple[x509.ExtensionType, ...],
    middle: tuple[x509.ExtensionType, ...],
    text: str,
    knows_roots: bool,
) -> None:
    root = made("Plain Root", None, CA, SIGNS)
    sub = made("Sub", root, *middle)
    shown = issued(made(PLACE, sub, *leaf), sub)
    found = refusal(pki, shown, pki.sent(roots=[root.pem]), knows_roots=knows_roots)
    assert text in found.text
    assert found.hint == OTHER_CERTIFICATES


def test_a_chain_that_is_longer_than_an_issuer_allows_is_told_so(pki: Pki) -> None:
    root = made("Plain Root", None, CA, SIGNS)
    short = made("Short", root, x509.BasicConstraints(ca=True, path_length=0), SIGNS)
    sub = made("Sub", short, CA, SIGNS)
    shown = issued(made(PLACE, sub), sub, short)
    found = refusal(pki, shown, pki.sent(roots=[root.pem]))
    assert "the path length of 'Short' is 0; this chain needs 1" in found.text
    assert found.hint == OTHER_CERTIFICATES


def test_a_server_with_the_name_of_the_installed_root_is_told_from_it(pki: Pki) -> None:
    other = new_root("Root", "Operator", YEAR)
    shown = Issued(other.certificate, other.key, ())
    found = refusal(pki, shown, pki.sent())
    theirs, ours = (
        facts_of(each).fingerprint[:16] for each in (other.certificate, pki.root.certificate)
    )
    day = f"{YEAR.begin:%Y-%m-%d}"
    assert found.text == (
        "the server certificate is not trusted: 'Root' is signed with its own key, and not with"
        f" that of the installed one of its name: it is of {day}, SHA-256 {theirs}..., the"
        f" installed one of {day}, SHA-256 {ours}..."
    )


def test_a_self_signed_server_is_told_to_be_installed(pki: Pki) -> None:
    other = new_root("Alone", "Operator", YEAR)
    found = refusal(pki, Issued(other.certificate, other.key, ()), pki.sent())
    assert "'Alone' is signed with its own key, and not installed" in found.text
    assert found.hint == "install it as a root, if it is that of your CSMS"


@pytest.mark.parametrize(
    ("host", "name", "listed"),
    [
        ("127.0.0.1", "127.0.0.1", None),
        ("127.0.0.1", "CSMS", x509.DNSName("127.0.0.1")),
        ("::1", "0:0:0:0:0:0:0:1", None),
    ],
)
def test_an_address_that_is_in_it_as_a_name_does_not_count(
    pki: Pki, host: str, name: str, listed: x509.GeneralName | None
) -> None:
    root = made("Plain Root", None, CA, SIGNS)
    names = () if listed is None else (x509.SubjectAlternativeName([listed]),)
    found = refusal(pki, issued(made(name, root, *names)), pki.sent(roots=[root.pem]), host=host)
    assert found.text == (
        f"the server certificate is not for {host}: it has the address only as a name, not as an"
        " IP address (subjectAltName IP)"
    )
    assert found.hint.startswith("the CSMS needs a certificate with the IP address in it")


def test_a_common_name_beside_listed_names_does_not_count(pki: Pki) -> None:
    root = made("Plain Root", None, CA, SIGNS)
    names = x509.SubjectAlternativeName([x509.DNSName("csms.example")])
    found = refusal(pki, issued(made(PLACE, root, names)), pki.sent(roots=[root.pem]))
    assert found.text == (
        "the server certificate is not for localhost, but for csms.example; its common name does"
        " not count where it lists other names"
    )
    assert found.hint.startswith("the CSMS needs a certificate that lists this name as well")


def test_a_root_that_is_shown_is_unknown_where_only_the_system_has_roots(pki: Pki) -> None:
    root = made("Plain Root", None, CA, SIGNS)
    sub = made("Sub", root, CA, SIGNS)
    found = refusal(pki, issued(made(PLACE, sub), sub, root), pki.sent(), knows_roots=False)
    assert found.text.endswith("its issuer 'CN=Plain Root,O=Operator' is unknown here")
    assert found.hint == "set csms.ca_file to the root certificate of the CSMS"


def test_where_nothing_of_a_certificate_can_be_read_the_host_is_told_alone() -> None:
    error = ssl.SSLCertVerificationError(1, "verify failed")
    error.verify_code = 62
    found = certificate_failure(error, PLACE, (), None, NOW)
    assert found.text == "the server certificate is not for localhost"
