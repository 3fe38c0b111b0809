"""The styles that are known from another screen are those that Textual itself would give."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

from cp_tui.tui.app import CpTuiApp
from tests.tui import worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.known_styles import KnownStyles

STEPS: tuple[tuple[str, ...], ...] = (
    (),
    ("tab", "shift+tab"),
    ("tab", "shift+tab"),
    ("tab",),
    ("z",),
    ("z", "/"),
    ("2", "c", "enter"),
    ("tab",),
    ("escape", "4", "tab", "tab"),
    ("6", "question_mark"),
)
"""Focus, classes, inputs, dialogs above screens."""
ONE_MORE = "Widget { tint: red 10%; }"
NODES_MIN = 200


def nodes(app: CpTuiApp) -> Iterator[DOMNode]:
    """Give every node of every screen."""
    yield app
    for shown in app.screen_stack:
        yield from shown.walk_children()


def styles(node: DOMNode) -> tuple[object, ...]:
    """What the style sheet gave to a node and to its parts."""
    parts = {name: dict(part.base._rules) for name, part in node._component_styles.items()}
    flags = node._has_hover_style, node._has_focus_within, node._has_order_style
    return dict(node.styles.base._rules), parts, flags, node._has_odd_or_even


async def walk(drive: Drive, forgets: bool) -> int:
    """Go through the steps, and compare after each with what Textual gives; counts the nodes.

    It may forget before each what has no focus: then some is known, and some is not. At last
    what is known gets one rule more.
    """
    count = 0
    for keys in (*STEPS, ()):
        if count and not keys:
            drive.app.stylesheet.add_source(ONE_MORE)
            drive.app.refresh_css(animate=False)
        for found in KnownStyles._of_all.values():
            for kind in [each for each in found if forgets and each[0][3:4] == (False,)]:
                del found[kind]
        await drive.press(*keys)
        theirs = Stylesheet(variables=drive.app.get_css_variables())
        theirs._rules = drive.app.stylesheet.rules
        for node in nodes(drive.app):
            given = styles(node)
            theirs.apply(node)
            assert given == styles(node), (node, keys)
            count += 1
    return count


@pytest.mark.parametrize(("theme", "forgets"), [("cp-dark", False), ("ansi-16", True)])
async def test_each_node_has_the_styles_that_textual_gives_it(theme: str, forgets: bool) -> None:
    async with screen(engine=FakeEngine(worlds.healthy())) as drive:
        assert isinstance(drive.app.stylesheet, KnownStyles)
        drive.app.theme = theme
        await drive.settle()
        assert await walk(drive, forgets) > NODES_MIN
