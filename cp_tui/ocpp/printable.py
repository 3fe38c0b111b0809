"""What may be shown and written down: the one place that decides it, for every way out.

Whatever a peer, a file or a person has written may hold characters that a terminal obeys, that hide
or turn round what stands beside them, or that no file takes. What passes here holds none.
"""

from __future__ import annotations

import json
import re
import unicodedata

_NOT_PRINTABLE_ASCII = re.compile("[^ -~]+")


def is_printable(character: str) -> bool:
    """Whether a character shows itself: no control, no format or bidi mark, no half of a pair."""
    return character.isprintable() or unicodedata.category(character) == "Zs"


def clean(text: str) -> str:
    """Show on one line, as an escape, whatever does not show itself: `\\x1b`, `\\u202e`."""
    if text.isprintable():
        return text
    return "".join(each if is_printable(each) else escape(each) for each in text)


def is_clean(text: str) -> bool:
    """Whether every character of a text shows itself."""
    return clean(text) == text


def escape(character: str) -> str:
    """Name a character as source code does."""
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def is_unicode(value: object) -> bool:
    """Whether no text in a JSON value holds half of a surrogate pair, which nothing can store."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def ascii_json(text: str) -> str:
    """Write JSON without a character that is not printable ASCII; its blanks are no line breaks."""
    if text.isascii() and "\x7f" not in text:
        return text
    return _NOT_PRINTABLE_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)


def storable(text: str) -> str:
    """Write half of a surrogate pair as an escape, and all else as it is."""
    return text.encode(errors="backslashreplace").decode()
