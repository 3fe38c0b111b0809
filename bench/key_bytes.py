"""What a key costs the line while two cars charge: `python -m bench.key_bytes`; 1 over a budget.

Bytes through a pty of 80x24, with 24-bit, 256 and 16 colours: dialogs, palette, filter, composer,
screens, and what is typed ahead. The engine is a real `cp-tui serve`, whose values change each
second; the budgets are those of the tests (tests/tui/byte_budgets.py).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.budgets import Budgets
from bench.dialogs import WORLDS, charging
from bench.pty_terminal import Terminal, in_terminal
from tests.end_to_end.terminal import rests
from tests.tui.byte_budgets import SCENES, WORDS, Step

DEPTHS: Mapping[str, Mapping[str, str]] = {
    "24-bit": {},
    "256": {"COLORTERM": ""},
    "16": {"COLORTERM": "", "TERM": "linux"},
}
"""Of colour, and the environment that has it."""
SENT = {
    "ctrl+p": "\x10",
    "ctrl+r": "\x12",
    "down": "\x1b[B",
    "end": "\x1b[F",
    "enter": "\r",
    "escape": "\x1b",
    "exclamation_mark": "!",
    "question_mark": "?",
    "right": "\x1b[C",
    "slash": "/",
    "tab": "\t",
}
"""What a terminal sends for the keys that are no character."""
LOOK_S, CALM_LOOKS, LOOKS_MAX = 0.02, 25, 250
"""So often in a row nothing came and nobody worked when a key is done. What comes of a letter is
held back for less."""
LETTER_S = 1 / 6
"""From letter to letter of somebody who types fast."""
AHEAD = "wABC"
FIRST_BYTES_MAX = 9_000
"""The first picture, and what is done by the keys that came before it."""


def attach(door: Path) -> Sequence[str]:
    """The command of the screen."""
    return (sys.executable, "-m", "cp_tui", "attach", f"--socket={door}")


async def done(terminal: Terminal) -> None:
    """Wait until what was pressed is worked on."""
    size, calm = -1, 0
    for _ in range(LOOKS_MAX):
        await asyncio.sleep(LOOK_S)
        is_calm = terminal.bytes == size and rests(terminal.process.pid)
        size, calm = terminal.bytes, calm + 1 if is_calm else 0
        if calm == CALM_LOOKS:
            return


async def cost(terminal: Terminal, step: Step) -> int:
    """Press the keys of a step in one packet; give the bytes that come of it."""
    before = terminal.bytes
    terminal.press("".join(SENT.get(key, key) for key in step.keys))
    await done(terminal)
    return terminal.bytes - before


async def costs(door: Path, environment: Mapping[str, str]) -> list[int]:
    """What each step of each scene costs."""
    found = []
    async with in_terminal(*attach(door), environment=environment) as terminal:
        await terminal.wait_for(b"Accepted")
        await done(terminal)
        for scene in SCENES:
            await cost(terminal, Step("", scene.lead, 0))
            found += [await cost(terminal, step) for step in scene.steps]
    return found


async def words(door: Path, environment: Mapping[str, str]) -> list[float]:
    """What each letter of each word costs that is typed without a pause, with all that follows."""
    found = []
    async with in_terminal(*attach(door), environment=environment) as terminal:
        await terminal.wait_for(b"Accepted")
        await done(terminal)
        for word in WORDS:
            await cost(terminal, Step("", word.lead, 0))
            before = terminal.bytes
            for letter in word.letters:
                terminal.press(letter)
                await asyncio.sleep(LETTER_S)
            await done(terminal)
            found.append((terminal.bytes - before) / len(word.letters))
            await cost(terminal, Step("", ("escape",), 0))
            await cost(terminal, Step("", ("escape",), 0))
    return found


async def typed_ahead(door: Path, environment: Mapping[str, str]) -> int:
    """Type before there is anything to see; give the bytes until it has come of it what should."""
    async with in_terminal(*attach(door), environment=environment) as terminal:
        await terminal.wait_for(b"\x1b")
        terminal.press(AHEAD)
        await terminal.wait_for(b"Swipe")
        await done(terminal)
        assert terminal.shows(AHEAD[1:]), "a key was lost"
        return terminal.bytes


async def main() -> int:
    """Print the table; give the exit status."""
    budgets = Budgets()
    async with charging(WORLDS["two cars"]) as door:
        columns = {name: await costs(door, each) for name, each in DEPTHS.items()}
        letters = {name: await words(door, each) for name, each in DEPTHS.items()}
        ahead = {name: await typed_ahead(door, each) for name, each in DEPTHS.items()}
    print(f"| Bytes, while two cars charge | at most | {' | '.join(DEPTHS)} |")
    print("|---" * (2 + len(DEPTHS)) + "|")
    rows = [(f"{scene.name}: {step.what}", step.most) for scene in SCENES for step in scene.steps]
    rows += [(f"{word.name}: each letter of {word.letters!r}", word.most) for word in WORDS]
    rows.append(("start, and a form filled before the first picture", FIRST_BYTES_MAX))
    for number, (what, most) in enumerate(rows):
        values = ([*columns[name], *letters[name], ahead[name]][number] for name in DEPTHS)
        cells = (budgets.cell(what, value, most) for value in values)
        print(f"| {what} | {most:,} | {' | '.join(cells)} |")
    return budgets.status()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
