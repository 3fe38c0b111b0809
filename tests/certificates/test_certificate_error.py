"""Whatever a refusal is made of, it can be shown, logged and sent."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from cp_tui.certificates.certificate_error import (
    QUOTED_MAX,
    TEXT_MAX,
    CertificateCheck,
    CertificateError,
    moment,
    quoted,
)
from cp_tui.ocpp.security import SecurityEventNotificationRequest


def test_words_are_printable_and_bounded_however_they_were_made() -> None:
    error = CertificateError(CertificateCheck.SIGNATURE, "\x1b]0;owned\x07" + "x" * 999)
    assert error.text.startswith(r"\x1b]0;owned\x07xxx")
    assert len(error.text) == TEXT_MAX
    assert str(error) == error.text
    assert error.args == (error.check, error.text)


def test_every_check_fits_an_event_together_with_the_longest_words() -> None:
    """W 5.15."""
    for check in CertificateCheck:
        error = CertificateError(check, "x" * 999)
        SecurityEventNotificationRequest.model_validate(
            {
                "type": "InvalidChargePointCertificate",
                "timestamp": "2030-06-01T12:00:00Z",
                "techInfo": f"{error.check}: {error.text}",
            }
        )


def test_a_name_is_quoted_in_part_where_it_is_long() -> None:
    assert quoted("x" * QUOTED_MAX) == f"'{'x' * QUOTED_MAX}'"
    assert quoted("x" * 99) == f"'{'x' * (QUOTED_MAX - 3)}...'"


def test_an_instant_is_told_in_utc() -> None:
    east = timezone(timedelta(hours=2))
    assert moment(datetime(2030, 6, 1, 1, 30, 5, 9, east)) == "2030-05-31 23:30:05Z"
