"""The two readings of the AuthorizationKey, and that it is never told."""

from __future__ import annotations

import pytest

from cp_tui.ocpp.authorization_key import (
    authorization_key_bytes,
    authorization_key_digest,
    authorization_key_form,
    check_authorization_key,
)


@pytest.mark.parametrize(
    ("value", "password", "form"),
    [
        ("0001020304050607" + "FF" * 12, bytes(range(8)) + b"\xff" * 12, "20 bytes (hex)"),
        ("4F43415F4F4354545F61646D696E5F74657374", b"OCA_OCTT_admin_test", "19 bytes (hex)"),
        ("ab" * 16, b"\xab" * 16, "16 bytes (hex)"),
        ("ab" * 16 + "c", b"ab" * 16 + b"c", "33 characters (text)"),
        ("ab" * 15, b"ab" * 15, "30 characters (text)"),
        ("g" * 40, b"g" * 40, "40 characters (text)"),
        ("correct horse ba", b"correct horse ba", "16 characters (text)"),
    ],
)
def test_hex_digits_in_pairs_are_bytes_and_everything_else_is_text(
    value: str, password: bytes, form: str
) -> None:
    """J 6.2.2, W 7.2, T TC_073."""
    assert authorization_key_bytes(value) == password
    assert authorization_key_form(value) == form
    assert check_authorization_key(value) == value


@pytest.mark.parametrize("value", ["", "s3cr3t", "s" * 15, "s" * 41, "s3cr3t" * 3 + "é", "s\n" * 9])
def test_other_keys_are_refused_without_being_told(value: str) -> None:
    with pytest.raises(ValueError, match="must be 16 to 40") as caught:
        check_authorization_key(value)
    assert "s3cr3t" not in str(caught.value)


def test_a_digest_is_the_same_for_the_same_bytes_and_nonce_and_for_nothing_else() -> None:
    digest = authorization_key_digest("ab" * 16, b"nonce")
    assert digest == authorization_key_digest("AB" * 16, b"nonce")
    assert digest != authorization_key_digest("ab" * 16, b"another")
    assert digest != authorization_key_digest("ac" * 16, b"nonce")
    assert "ab" * 4 not in digest
