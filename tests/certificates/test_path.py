"""Which root stands for a chain by itself (W M05)."""

from __future__ import annotations

import pytest

from cp_tui.certificates.certificate_error import CertificateCheck as Check, CertificateError
from cp_tui.certificates.checks import anchor_of, check_server_chain
from tests.certificates.making import AT, CA, DAY, Made, make

OLD = make("Root A", extensions=[CA])
NEW = make("Root B", OLD, extensions=[CA])
"""Signed by the old one, as AdditionalRootCertificateCheck wants it."""
BY_NEW = make("csms.example", NEW)
BY_OLD = make("csms.example", OLD)


def anchor(chain: list[Made], roots: list[Made]) -> str | None:
    """Give the root that stands for a chain."""
    return anchor_of([each.pem for each in chain], [each.pem for each in roots], AT)


def test_the_new_root_stands_for_a_chain_without_the_old_one() -> None:
    """It is a root although another one has signed it."""
    assert anchor([BY_NEW], [NEW, OLD]) == NEW.pem
    assert anchor([BY_NEW], [NEW]) == NEW.pem
    assert anchor([BY_NEW, NEW], [NEW, OLD]) == NEW.pem


def test_a_chain_of_the_old_root_still_needs_it() -> None:
    assert anchor([BY_OLD], [NEW, OLD]) == OLD.pem
    assert anchor([BY_OLD], [NEW]) is None


def test_the_old_root_stands_for_the_new_one_only_where_that_is_sent_along() -> None:
    assert anchor([BY_NEW, NEW], [OLD]) == OLD.pem
    assert anchor([BY_NEW], [OLD]) is None


def test_the_certificate_of_the_server_may_be_its_own_root() -> None:
    assert anchor([BY_OLD], [BY_OLD]) == BY_OLD.pem


def test_a_server_may_send_its_chain_in_any_order_and_more_than_that() -> None:
    sub = make("Sub CA", NEW, extensions=[CA])
    assert anchor([make("csms.example", sub), OLD, NEW, BY_OLD, sub], [OLD]) == OLD.pem


def test_no_root_and_none_that_has_ended_stands_for_anything() -> None:
    ended = make("Root", end=AT - DAY)
    assert anchor([make(by=ended)], [ended]) is None
    assert anchor([make(by=OLD, end=AT - DAY)], [OLD]) is None
    assert anchor([BY_OLD], []) is None


def test_a_renewed_root_of_the_same_key_stands_where_the_old_one_has_ended() -> None:
    ended = make("Root", end=AT - DAY)
    renewed = make("Root", key=ended.key, serial=2)
    leaf = make(by=ended)
    assert anchor([leaf], [ended, renewed]) == renewed.pem


def test_what_is_no_certificate_stands_for_nothing() -> None:
    assert anchor_of([BY_OLD.pem], ["-----BEGIN CERTIFICATE-----"], AT) is None


@pytest.mark.parametrize(
    ("chain", "check", "words"),
    [
        ([make("csms.example", OLD, end=AT - DAY)], Check.EXPIRED, "'csms.example' ended at"),
        ([make("csms.example", OLD, begin=AT + DAY)], Check.NOT_YET_VALID, "'csms.example' begins"),
        (
            [make("csms.example", make("Sub CA", OLD))],
            Check.UNKNOWN_ROOT,
            "'csms.example' was issued by 'Sub CA', which is not installed; installed: 'Root A'",
        ),
        (
            [make("csms.example", (other := make("Other"))), other],
            Check.UNKNOWN_ROOT,
            "'Other' is the root of the chain, and not installed; installed: 'Root A'",
        ),
        ([make("csms.example")], Check.SELF_SIGNED, "'csms.example' is signed with its own key"),
    ],
    ids=["ended", "not begun", "missing intermediate", "unknown root", "self-signed"],
)
def test_why_no_root_stands_for_a_server_is_told(
    chain: list[Made], check: Check, words: str
) -> None:
    with pytest.raises(CertificateError, match=words) as caught:
        check_server_chain([each.pem for each in chain], [OLD.pem], AT)
    assert caught.value.check is check
