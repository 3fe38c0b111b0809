"""The AuthorizationKey: which bytes it stands for, and what may be said about it.

It never leaves these functions but as the bytes of the password.
"""

from __future__ import annotations

import hmac
import re

KEY_WORDS = "16 to 40 printable ASCII characters; 32 to 40 hex digits in pairs count as bytes"
"""What is allowed, to be read after "must be"."""

DIGEST_PURPOSE = b"cp-tui: is it this AuthorizationKey?"
"""Goes ahead of the nonce: the digest can be used for nothing else."""

_KEY = re.compile("[ -~]{16,40}")
# Two digits a byte: 16 to 20 bytes (W A00.FR.205).
_HEX_KEY = re.compile("([0-9A-Fa-f]{2}){16,20}")


def check_authorization_key(value: str) -> str:
    """Return the key as it is, or raise a ValueError that does not hold it."""
    if not _KEY.fullmatch(value):
        raise ValueError(f"AuthorizationKey must be {KEY_WORDS}")
    return value


def authorization_key_bytes(value: str) -> bytes:
    """Return the password of HTTP Basic authentication (J 6.2.2, W 7.2).

    An even number of 32 to 40 hex digits stands for bytes, everything else for its own characters.
    """
    check_authorization_key(value)
    return bytes.fromhex(value) if _HEX_KEY.fullmatch(value) else value.encode("ascii")


def authorization_key_digest(value: str, nonce: bytes) -> str:
    """Return what proves to somebody who knows the key that it is the same, and tells it to nobody.

    Whoever asks chooses the nonce anew each time, so no answer helps with another question.
    """
    message = DIGEST_PURPOSE + nonce
    return hmac.new(authorization_key_bytes(value), message, "sha256").hexdigest()


def authorization_key_form(value: str) -> str:
    """Return what may be shown of the key: `20 bytes (hex)` or `19 characters (text)`."""
    length = len(authorization_key_bytes(value))
    return f"{length} bytes (hex)" if _HEX_KEY.fullmatch(value) else f"{length} characters (text)"
