"""What comes of a request for a certificate, as it should be and as it should not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cp_tui.certificates.certificate_error import CertificateError
from cp_tui.certificates.checks import check_charge_point_chain
from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.keys import certificate_request, new_key, public_key_of
from cp_tui.certificates.pem import read_chain
from cp_tui.csms.behaviour import CertificateAnswer
from cp_tui.csms.issuing import LATE_S, issue
from cp_tui.csms.known_charge_points import CPO_NAME
from cp_tui.csms.security_folder import SecurityFolder

NOW = datetime.now(UTC)
KEY = new_key(KeyKind.EC_P256)
REQUEST = certificate_request(KEY, "SN-0001", CPO_NAME)


def refusal(made_once: Path, chain: str) -> str:
    """Say which check of a charge point a chain fails; empty: none."""
    pki = SecurityFolder(made_once).pki(NOW)
    try:
        check_charge_point_chain(
            read_chain(chain, 10_000),
            [pki.csms_root.certificate],
            NOW,
            public_key=public_key_of(KEY),
            common_name="SN-0001",
            organization=CPO_NAME,
        )
    except CertificateError as error:
        return str(error.check)
    return ""


@pytest.mark.parametrize(
    ("answer", "refusals", "delay_s"),
    [
        (CertificateAnswer.NORMAL, [""], 0.0),
        (CertificateAnswer.LATE, [""], LATE_S),
        (CertificateAnswer.TWICE, ["", ""], 0.0),
        (CertificateAnswer.WRONG_CHAIN, ["unknown_root"], 0.0),
        (CertificateAnswer.OTHER_KEY, ["key_mismatch"], 0.0),
        (CertificateAnswer.EXPIRED, ["expired"], 0.0),
        (CertificateAnswer.NEVER, [], 0.0),
    ],
)
def test_each_answer_brings_what_it_says(
    made_once: Path, answer: CertificateAnswer, refusals: list[str], delay_s: float
) -> None:
    found = issue(SecurityFolder(made_once).pki(NOW), REQUEST, answer, NOW)
    assert found.is_accepted
    assert [refusal(made_once, chain) for chain in found.chains] == refusals
    assert found.delay_s == delay_s
    assert found.words.startswith("it asks for a certificate for 'SN-0001' of 'cp-tui CSMS', EC")
    assert ("on purpose" in found.words) == (answer is not CertificateAnswer.NORMAL)


@pytest.mark.parametrize(
    ("request_text", "answer", "words"),
    [
        (REQUEST, CertificateAnswer.REJECTED, "rejected on purpose"),
        (
            certificate_request(KEY, "SN-0001", "Somebody"),
            CertificateAnswer.NORMAL,
            "for 'SN-0001' of 'Somebody', EC P-256: rejected, for its CpoName has to be"
            " 'cp-tui CSMS'",
        ),
        ("no request", CertificateAnswer.NORMAL, "the request cannot be read"),
    ],
    ids=["on purpose", "another CPO", "no request"],
)
def test_a_rejection_says_why(
    made_once: Path, request_text: str, answer: CertificateAnswer, words: str
) -> None:
    found = issue(SecurityFolder(made_once).pki(NOW), request_text, answer, NOW)
    assert not found.is_accepted
    assert found.chains == ()
    assert words in found.words
