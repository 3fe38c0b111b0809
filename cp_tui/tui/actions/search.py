"""Finding one of many choices by what people type: any words, in any order, also misspelt. Pure.

Textual's own fuzzy matcher would not do for this: it wants the letters in their order, so a swapped
or superfluous one finds nothing ("theem"), while in the sentences of the help the letters of nearly
everything are found in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher, get_close_matches

from msgspec import Struct

from cp_tui.tui.actions.desk import Choice

FORGIVEN_FROM = 3
"""Letters of a word from which a slip is forgiven: shorter ones resemble too much."""
RESEMBLANCE, RESEMBLANCE_SHORT = 0.8, 0.75
"""Of two words that may be the same: one wrong letter in five, or one missing in three; of a word
of four letters one may be wrong as well."""
SHORT = 4
WORDS_MEANT_MAX = 6
"""Known words that a misspelt one may stand for."""
MEANT_MAX = 100
"""Misspelt words that are remembered while somebody types."""
INSIDE_FROM = 3
"""Letters that are looked for inside words as well."""
TYPED_MAX, READ_MAX = 80, 400
"""Characters that are looked at: of what is typed, and of a text that may come from outside."""

WORD = re.compile(r"[^\W_]+")
FILLERS = frozenset(
    WORD.findall(
        "a an and are can do does for from how i in is it me my of or our please the this to want "
        "what with you"
    )
)
"""Words that tell nothing, as long as there are others."""
WEAK = frozenset(
    WORD.findall(
        "add again all back buy change choose delete down find free get give go look make more new "
        "no not now off on one open other out paint play print put run say see send set show start "
        "take tell turn up use"
    )
)
"""Words that do not tell what it is about: where another word is unknown, they find nothing."""
CAMEL = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
"""The parts of `StopTransaction`, as the standard writes its names."""

TITLE, TITLE_BEGINS, ALSO, ALSO_BEGINS, ABOUT, INSIDE, MISSPELT = range(7)
"""Where a word was found, the best first; a slip counts on top of that."""
NAMED = -1
"""Comes before whatever is found: `:messages` and enter show the screen of that name."""
SLIP_WEIGHT = 20
"""What a word that does not resemble at all would count: a slip in four letters as much as the way
from a title to the help."""


class _Entry(Struct, frozen=True, eq=False):
    """A choice with its words."""

    choice: Choice
    phrases: tuple[str, ...]
    """The title, then what else people type for it."""
    title: frozenset[str]
    also: frozenset[str]
    about: frozenset[str]
    keys: tuple[str, ...]
    """What stands at its right, whole and in its parts."""

    def place(self, word: str) -> int | None:
        """Where a word is found; None: nowhere."""
        if word in self.title:
            return TITLE
        if _any_begins(self.title, word):
            return TITLE_BEGINS
        if word in self.also:
            return ALSO
        if _any_begins(self.also, word):
            return ALSO_BEGINS
        if _any_begins(self.about, word):
            return ABOUT
        is_long = len(word) >= INSIDE_FROM
        return INSIDE if is_long and any(word in each for each in self.title | self.also) else None


class ChoiceSearch:
    """Choices that are made ready once, to be searched with every letter."""

    def __init__(self, choices: Iterable[Choice], recent: Sequence[str] = ()) -> None:
        """`recent`: keys of what was chosen before, the newest first."""
        self._entries = [_entry(choice) for choice in choices]
        self._recent = {key: place for place, key in reversed(list(enumerate(recent)))}
        self._names = sorted({w for e in self._entries for w in (*e.title, *e.also)} - FILLERS)
        self._told = sorted({w for e in self._entries for w in e.about} - FILLERS)
        self._meant: dict[str, Sequence[tuple[str, int]]] = {}

    def find(self, text: str) -> list[Choice]:
        """The choices that hold every word, the best first; where none does, most of the words.

        What only resembles, or does as much with anything, counts for nothing beside a word that
        is unknown: who asks for free vending is not helped by freeing a cable.

        Of equals come first those that are possible now, then those chosen before, then those of
        the screen that is shown.
        """
        text = text.strip()[:TYPED_MAX]
        words = _telling(text)
        ranked = [(self._rank(entry, words, text), entry) for entry in self._entries]
        fewest = min((missing for (missing, _), _ in ranked), default=0)
        if fewest > len(words) // 2:
            return []
        found = [(rank, entry) for rank, entry in ranked if rank[0] == fewest]
        return [entry.choice for _, entry in sorted(found, key=self._order)]

    def _order(self, ranked: tuple[tuple[int, int], _Entry]) -> tuple[object, ...]:
        (_, rank), entry = ranked
        choice = entry.choice
        recent = self._recent.get(choice.key, len(self._recent))
        return rank, bool(choice.why_not), recent, not choice.is_here

    def _rank(self, entry: _Entry, words: Sequence[str], typed: str) -> tuple[int, int]:
        """How many of the words are missing, and how far the others are from a title."""
        title, phrase = entry.phrases[0], " ".join(words)
        if phrase in entry.choice.names:
            return 0, NAMED
        if typed and typed in entry.keys:
            return 0, entry.keys.index(typed)
        if phrase == title:
            return 0, 0
        # Words that tell nothing still tell which title somebody is about to write.
        if " " in typed and typed.casefold() in entry.choice.title.plain[:READ_MAX].casefold():
            return 0, 1
        if phrase in entry.phrases:
            return 0, 2
        missing, rank = 0, 3 if title.startswith(phrase) else 4
        is_about_it = False
        for word in words:
            place = entry.place(word)
            is_about_it |= place not in (None, INSIDE) and word not in WEAK
            if place is None:
                slips = [
                    MISSPELT + slip + found
                    for known, slip in self._meant_by(word)
                    if (found := entry.place(known)) is not None
                ]
                place = min(slips, default=None)
            if place is None:
                missing += 1
            else:
                rank += place
        return missing if is_about_it or not missing else len(words), rank

    def _meant_by(self, word: str) -> Sequence[tuple[str, int]]:
        """The known words, or their beginnings, that a misspelt one may be, and how far it is."""
        if (meant := self._meant.get(word)) is None:
            if len(self._meant) > MEANT_MAX:
                self._meant.clear()
            meant = self._meant[word] = self._resembling(word)
        return meant

    def _resembling(self, word: str) -> Sequence[tuple[str, int]]:
        if len(word) < FORGIVEN_FROM or _any_begins((*self._names, *self._told), word):
            return ()
        close = _close(word, self._names) or _close(word, self._told)
        return [
            (each, round(SLIP_WEIGHT * (1 - SequenceMatcher(None, each, word).ratio())))
            for each in close
        ]


def _close(word: str, known: Iterable[str]) -> list[str]:
    """Those of the words, or of their beginnings, that a misspelt one resembles."""
    # Whoever makes a slip hits the first letter, or that comes second or is missing.
    similar = [each for each in known if word[0] in each[:2]]
    beginnings = {each[:length] for each in similar for length in (len(each), len(word))}
    resemblance = RESEMBLANCE_SHORT if len(word) <= SHORT else RESEMBLANCE
    return get_close_matches(word, sorted(beginnings), WORDS_MEANT_MAX, resemblance)


def _entry(choice: Choice) -> _Entry:
    title = choice.title.plain[:READ_MAX]
    others = (choice.key[:READ_MAX], *choice.names, *choice.also)
    return _Entry(
        choice,
        tuple(" ".join(_telling(each)) for each in (title, *others)),
        frozenset(_words(title)),
        frozenset(word for each in (choice.group, *others) for word in _words(each)),
        frozenset(_words(choice.about.plain[:READ_MAX]) if choice.about is not None else ()),
        (choice.note.plain, *choice.note.plain.split()),
    )


def _telling(text: str) -> list[str]:
    """The words of a text as they stand, without those that tell nothing if there are others."""
    words = WORD.findall(text.casefold())
    return [word for word in words if word not in FILLERS] or words


def _words(text: str) -> list[str]:
    """The words of a text, and the parts of those that are written in one."""
    return WORD.findall(text.casefold()) + [part.casefold() for part in CAMEL.findall(text)]


def _any_begins(words: Iterable[str], beginning: str) -> bool:
    return any(word.startswith(beginning) for word in words)
