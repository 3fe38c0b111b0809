"""The face in every state: its pictures are those of docs/face.md, its colours are kept beside."""

from __future__ import annotations

import pytest
from rich.color import ColorSystem
from syrupy.assertion import SnapshotAssertion

from docs.face import PAPER, SIZES, STATES, pictures, shown
from tests.tui.looks import looks
from tests.tui.pictures import pictures as kept_pictures

KINDS = (
    ("truecolour", "cp-dark", ColorSystem.TRUECOLOR),
    ("256", "cp-dark", ColorSystem.EIGHT_BIT),
    ("16", "ansi-16", ColorSystem.STANDARD),
    ("none", "mono", ColorSystem.STANDARD),
)
"""Terminals by their colours, with the theme that each begins with."""


@pytest.mark.parametrize("state", STATES)
async def test_the_paper_shows_what_the_screen_shows(
    snapshot: SnapshotAssertion, state: str
) -> None:
    """In every size; and at the smallest, how it looks in every kind of terminal."""
    paper = PAPER.read_text(encoding="utf-8")
    async with shown(state) as drive:
        made = await pictures(drive)
        assert f"<!-- picture of {state} -->\n\n{made}" in paper, "by: python docs/make.py"
        assert made.count("\n```text\n") == len(SIZES)
        await drive.resize(*SIZES[0])
        words = drive.text()
        with kept_pictures(snapshot) as seen:
            for kind, theme, colors in KINDS:
                if drive.app.theme != theme:
                    drive.app.no_color = kind == "none"
                    drive.app.theme = theme
                    await drive.settle()
                look = looks(drive.strips(), colors)
                if drive.text() != words:
                    # What a colour would tell, a sign or a texture does.
                    look = [line.rstrip() for line in drive.text().split("\n")] + look
                seen.lines(kind, look)
