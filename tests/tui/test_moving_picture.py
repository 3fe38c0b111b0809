"""A recording becomes a picture that moves: what was shown when, each line drawn once."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

from screenshots.moving import frames_of, moving_svg

EVENTS = (
    (0.0, "\x1b[?1049h\x1b[?25l"),
    (1.0, "\x1b[1;1H\x1b[1;38;2;255;0;0mfirst\x1b[0m\x1b[2;1Hstays"),
    (1.25, "\x1b[1;1Hagain"),
    (3.0, "\x1b[1;1Hother"),
    (5.0, "\x1b[1;1Hagain"),
    (7.0, "\x1b[?1049l"),
)
CAST = "".join(
    f"{json.dumps(each)}\n"
    for each in ({"version": 2, "width": 8, "height": 2}, *((at, "o", text) for at, text in EVENTS))
)


def test_the_frames_are_those_that_stood_from_the_first_that_shows_any_to_the_last() -> None:
    frames = frames_of(CAST, 0.25)
    assert [frame.at_s for frame in frames] == [1.0, 1.25, 3.0, 5.0]
    first = frames[0].lines[0]
    assert [(text, style.bold) for text, style in first] == [("first", True), ("   ", False)]
    assert first[0][1].color == Style(color="#ff0000").color
    joined = ["".join(text for text, _style in frame.lines[0]).strip() for frame in frames]
    assert joined == ["first", "again", "other", "again"]
    assert [frame.at_s for frame in frames_of(CAST, 1.0)] == [1.0, 3.0, 5.0]


def test_a_line_is_drawn_once_and_seen_when_it_stood() -> None:
    drawn = moving_svg(frames_of(CAST, 1.0), 8, "t", DEFAULT_TERMINAL_THEME, speed=2)
    root = ET.fromstring(drawn)
    texts = [each.text for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["t", "again", "stays", "other"]
    # 4 s at twice the speed, and 3 s for the last.
    assert "animation:5.0s step-end infinite" in drawn
    again, other = re.findall(r"@keyframes k\d+\{(.*?\})\}", drawn)
    shown, hidden = "{visibility:visible}", "{visibility:hidden}"
    assert again == f"0.00%{shown}20.00%{hidden}40.00%{shown}"
    assert other == f"0%{hidden}20.00%{shown}40.00%{hidden}"
    assert all("stays" not in group for group in re.findall(r'<g class="f".*?</g>', drawn))
    (still,) = re.findall(r'visibility:visible"><text[^>]*>(\w+)', drawn)
    assert still == "again", "in the middle"
