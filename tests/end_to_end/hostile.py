"""Texts that attack a terminal, and the judge of everything that a screen writes to one.

Each text starts with a mark of three characters, by which a test knows that it was shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

MARKUP = "[/red][@click=q]"
"""Closes what was never opened, and would be a link that quits."""

ATTACKS: Mapping[str, str] = {
    "clipboard": "\x1b]52;c;aGFja2Vk\x07",
    "title": "\x1b]2;hacked\x1b\\",
    "link": "\x1b]8;;http://evil.example/\x1b\\x\x1b]8;;\x1b\\",
    "device control": "\x1bP$q\x1b\\",
    "program command": "\x1b_Ga=T,f=100;AAAA\x1b\\",
    "colour and place": "\x1b[38;5;201;5m\x1b[23;71H\x1b[2J\x1b[3J",
    "alternate screen": "\x1b[?47h\x1b[?5h\x1bc",
    "report": "\x1b[6n\x1b[c\x1b[21t",
    "eight bit": "\x9b31;5m\x9d2;hacked\x9c\x90q\x9c\x85\x84",
    "c0": "\x00\x07\x08\x0b\x0c\r\n\t\x0e\x0f\x7f",
    "direction": "\u202egnp\u202d\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
    "unseen": "\u200b\u200c\u200d\u2060\ufeff\u00ad\u2028\u2029\U000e0041\u3164\u115f",
    "pile": "e" + "\u0301\u0329" * 20,
    "wide": "\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f44d\U0001f3fd\u2764\ufe0f"
    "\U0001f1e9\U0001f1ea日本語",
    "markup": f"{MARKUP}[bold]$error{{%s}}[/]",
}

EVIL = "".join(ATTACKS.values())
LONG = EVIL + "x" * 10_000

OWN_SEQUENCES = re.compile(
    r"\x1b\[\?(?:1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048|25|7|5522)[hl]"
    r"|\x1b\[\?(?:2026|2048|1016|5522)\$p"
    r"|\x1b\[[0-9;]*m"
    r"|\x1b\[\d+;\d+H"
    r"|\x1b\[K|\x1b\[\d+[XGP@]"
    r"|\x1b\[[>=]\d+u|\x1b\[<u"
    r"|\x1b\]22;(?:default|pointer|text)?\x07"
    r"|attaching to [^\x00-\x1f]* \.\.\.\r\r\x1b\[K"
    r"|\r\n"
)
"""What steers the terminal: modes, colours, places, blanks and shifts in a line, keys, the mouse
pointer; and what stands in the line that is erased before the screen comes."""

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of characters without a form of their own."""
PILE = re.compile(r"[\u0300-\u036f]{3}")


def short(mark: str) -> str:
    """A tag, or any other text of at most 20 characters, which hold printable ASCII only (S 7)."""
    return mark + MARKUP


def evil(mark: str) -> str:
    """A text of every attack."""
    return mark + EVIL


def assert_harmless(written: bytes) -> None:
    """Every byte belongs to UTF-8 text that is seen as it stands, or steers as Textual does."""
    text = written.decode()
    for name, attack in ATTACKS.items():
        for sequence in re.findall(r"\x1b[^\x1b]+", attack):
            assert sequence not in text, f"{name}: {sequence!r} has reached the terminal"
    rest = OWN_SEQUENCES.sub("", text)
    for character in set(rest):
        is_seen = unicodedata.category(character) not in HIDDEN
        assert is_seen, f"{character!r} in {_around(rest, rest.index(character))!r}"
        assert not _joins(character), f"{character!r} changes the width of its neighbours"
    pile = PILE.search(rest)
    assert pile is None, f"a pile of marks in {_around(rest, pile.start() if pile else 0)!r}"


def _joins(character: str) -> bool:
    """Whether terminals differ in how wide it makes its neighbours, or itself."""
    return "\ufe00" <= character <= "\ufe0f" or "\U0001f1e6" <= character <= "\U0001f1ff"


def _around(text: str, place: int) -> str:
    return text[max(place - 40, 0) : place + 40]
