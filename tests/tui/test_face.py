"""The face in every state: its pictures are those of docs/face.md, its colours are kept beside."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.color import Color
from textual.strip import Strip

from cp_tui.tui.theme.colors import Colors
from cp_tui.tui.theme.line_filters import few_colors
from cp_tui.tui.theme.themes import our_themes
from docs.face import PAPER, SIZES, STATES, pictures, shown
from tests.tui.driving import Drive
from tests.tui.looks import looks
from tests.tui.pictures import pictures as kept_pictures

KINDS = (
    ("truecolour", "cp-dark", Colors.TRUE),
    ("256", "cp-dark", Colors.PALETTE),
    ("16", "ansi-16", Colors.SIXTEEN),
    ("none", "mono", Colors.NONE),
)
"""Terminals by their colours, with the theme that each begins with."""

BLACK = Color(0, 0, 0)

THEMES = {theme.name: theme for theme in our_themes()[0]}


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
                drive.app.no_color = colors is Colors.NONE
                drive.app.register_theme(THEMES[theme].shown_in(colors))
                if drive.app.theme != theme:
                    drive.app.theme = theme
                elif colors is not Colors.TRUE:
                    drive.app.refresh_css(animate=False)
                await drive.settle()
                look = looks(_sent(drive, colors))
                if drive.text() != words:
                    # What a colour would tell, a sign or a texture does.
                    look = [line.rstrip() for line in drive.text().split("\n")] + look
                seen.lines(kind, look)


def _sent(drive: Drive, colors: Colors) -> list[Strip]:
    """The lines as they are sent to a terminal with so many colours."""
    strips = list(drive.strips())
    for each in few_colors(colors):
        strips = [strip.apply_filter(each, BLACK) for strip in strips]
    return strips
