"""The pictures in docs/face.md are what the program draws."""

from __future__ import annotations

import pytest

from docs.face import PAPER, SIZES, STATES, pictures


@pytest.mark.parametrize("state", STATES)
async def test_the_paper_shows_what_the_screen_shows(state: str) -> None:
    paper, made = PAPER.read_text(encoding="utf-8"), await pictures(state)
    assert f"<!-- picture of {state} -->\n\n{made}" in paper, "made anew by: python docs/make.py"
    assert made.count("\n```text\n") == len(SIZES)
