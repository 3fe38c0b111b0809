"""What may stand as the serial number of a charge point, and as the one who runs it."""

from __future__ import annotations

import pytest

from cp_tui.certificates.certificate_error import CertificateCheck as Check, CertificateError
from cp_tui.certificates.subject import check_common_name, check_organization


@pytest.mark.parametrize(
    "name", ["SN-0001", "4711", "0000.0001", "CP 7 / Nord", "A.B.C.1", "Größe-7", "1.2.3", "x" * 64]
)
def test_a_serial_number_is_a_common_name(name: str) -> None:
    check_common_name(name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("https://csms.example", "a URL"),
        ("urn://x", "a URL"),
        ("csms.example", "the name of a host"),
        ("CSMS.Example.", "the name of a host"),
        ("*.example.org", "the name of a host"),
        ("csms.example:443/ocpp", "the name of a host"),
        ("localhost", "the name of a host"),
        ("localhost:80", "the name of a host"),
        ("192.0.2.1", "an IP address"),
        ("192.0.2.1:443", "an IP address"),
        ("192.0.2.1/ocpp", "an IP address"),
        ("2001:db8::1", "an IP address"),
        ("[::1]", "an IP address"),
    ],
)
def test_the_name_of_a_server_is_none(name: str, kind: str) -> None:
    """W A00.FR.511: nobody may take a charge point for a CSMS."""
    with pytest.raises(CertificateError, match=f"looks like {kind}; it has to be") as caught:
        check_common_name(name)
    assert caught.value.check is Check.COMMON_NAME


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "is not set"),
        ("  ", "is not set"),
        ("x" * 65, "has 65 bytes; at most 64 are possible"),
        ("ö" * 33, "has 66 bytes; at most 64 are possible"),
        ("a\x1b[31m", r"has characters that do not show: 'a\x1b[31m'"),
        ("a\ud800", r"has characters that do not show: 'a\ud800'"),
    ],
)
def test_what_no_certificate_can_hold_is_refused(name: str, words: str) -> None:
    for check, what, of in (
        (check_common_name, "the serial number of the charge point", Check.COMMON_NAME),
        (check_organization, "the organization (CpoName)", Check.ORGANIZATION),
    ):
        with pytest.raises(CertificateError) as caught:
            check(name)
        assert caught.value.check is of
        assert caught.value.text == f"{what} {words}"


def test_an_operator_may_be_called_as_a_host_is() -> None:
    check_organization("charge.example")
