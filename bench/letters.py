"""What each letter of a word costs the line while cars charge: `python -m bench.letters [cars]`.

Twenty words that people type into the palette, and words for the filter of each screen, through a
pty of 80x24 in 24-bit colour on a real `cp-tui serve`. Each word is typed twice: letter by letter
with a pause behind each, and six letters a second. Apart are told the letter itself (the field and,
in a list, what enter would take), and the picture that follows when the typing pauses. It ends with
1 over a budget. Run it where nothing else works: a letter that comes late counts to the picture.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from statistics import mean
from typing import NamedTuple

from bench.budgets import Budgets
from bench.dialogs import WORLDS, charging
from bench.key_bytes import LETTER_S, SENT, attach, done
from bench.pty_terminal import Terminal, in_terminal
from tests.tui.byte_budgets import (
    FOLLOWS,
    FOLLOWS_FILTER,
    LETTER_WITH_CHOICE,
    SHORT_WORD,
    WORD,
)

CARS = ("one car", "two cars")
LETTER_LOOK_S = 0.22
"""In which a letter is seen; what is held back waits for 0.3 s."""


class Place(NamedTuple):
    """Where words are typed."""

    name: str
    lead: Sequence[str]
    words: Sequence[str]
    follows: int = FOLLOWS
    """What the picture after a pause may cost."""


PLACES = (
    Place(
        "palette",
        ("1", "ctrl+p"),
        (
            *("stop", "why", "limit", "start", "swipe", "offline", "theme", "unplug", "fault"),
            *("reset", "plug", "export", "filter", "schedule", "heart", "meter", "queue", "help"),
            *("reserve", "firmware"),
        ),
    ),
    Place("choice of a message", ("2", "c"), ("status", "heart", "meter", "start", "boot")),
    *(
        Place(f"filter, {name}", (key, "slash"), words, FOLLOWS_FILTER)
        for name, key, words in (
            ("connectors", "1", ("char", "avail")),
            ("messages", "2", ("heart", "status", "call")),
            ("keys", "3", ("heart", "meter", "offline", "int", "web")),
            ("transactions", "5", ("tag", "local")),
            ("maintenance", "6", ("link", "boot")),
        )
    ),
)


class Cost(NamedTuple):
    """Of a word, in bytes."""

    letter: int
    """The letter that cost most, as it was seen at once."""
    follows: int
    """The picture after a pause that cost most."""
    slow: float
    """A letter with a pause behind it and all that comes of it, on average."""
    fast: float
    """A letter of six in a second, with all that comes of the word."""


async def press(terminal: Terminal, keys: Sequence[str]) -> None:
    """Press keys one by one; wait for what comes of each."""
    for key in keys:
        terminal.press(SENT.get(key, key))
        await done(terminal)


async def cost(terminal: Terminal, place: Place, word: str) -> Cost:
    """Type a word slowly, and again as people type."""
    letters, follows = [], []
    await press(terminal, place.lead)
    for letter in word:
        before = terminal.bytes
        terminal.press(letter)
        await asyncio.sleep(LETTER_LOOK_S)
        letters.append(terminal.bytes - before)
        await done(terminal)
        follows.append(terminal.bytes - before - letters[-1])
    await press(terminal, ("escape", "escape", *place.lead))
    before = terminal.bytes
    for letter in word:
        terminal.press(letter)
        await asyncio.sleep(LETTER_S)
    await done(terminal)
    fast = (terminal.bytes - before) / len(word)
    await press(terminal, ("escape", "escape"))
    slow = (sum(letters) + sum(follows)) / len(word)
    return Cost(max(letters), max(follows), slow, fast)


async def main(worlds: Sequence[str]) -> int:
    """Print the tables; give the exit status."""
    budgets = Budgets()
    for world in worlds:
        print(
            f"| {world} | word | the letter, at most {LETTER_WITH_CHOICE} | the picture after a "
            f"pause, at most {FOLLOWS:,}, of a filter {FOLLOWS_FILTER:,} | both, mean "
            f"| six a second, at most {SHORT_WORD} |"
        )
        print("|---|---|---|---|---|---|", flush=True)
        found: dict[str, list[Cost]] = {}
        async with charging(WORLDS[world]) as door, in_terminal(*attach(door)) as terminal:
            await terminal.wait_for(b"Accepted")
            await done(terminal)
            for place in PLACES:
                for word in place.words:
                    each = await cost(terminal, place, word)
                    found.setdefault(place.name, []).append(each)
                    what = f"{world}, {place.name}, {word}"
                    cells = (
                        budgets.cell(f"{what}: a letter", each.letter, LETTER_WITH_CHOICE),
                        budgets.cell(f"{what}: what follows", each.follows, place.follows),
                        f"{each.slow:,.0f}",
                        budgets.cell(f"{what}: six a second", each.fast, SHORT_WORD),
                    )
                    print(f"| {place.name} | {word} | {' | '.join(cells)} |", flush=True)
        for name, costs in found.items():
            most = SHORT_WORD if name.startswith("filter") else WORD
            fast = budgets.cell(f"{world}, {name}: mean", mean(c.fast for c in costs), most)
            letter, follows = max(c.letter for c in costs), max(c.follows for c in costs)
            slow = mean(c.slow for c in costs)
            print(f"| {name} | all | {letter} | {follows} | {slow:,.0f} | mean {fast} |")
        print(flush=True)
    return budgets.status()


if __name__ == "__main__":
    sys.exit(asyncio.run(main([" ".join(sys.argv[1:])] if sys.argv[1:] else CARS)))
