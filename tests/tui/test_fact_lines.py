"""Facts in a pane: no character of a long one may hide behind the scrollbar."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.content import Content

from cp_tui.tui.text.facts import FOLDED, Fact, fact_lines
from cp_tui.tui.widgets.fact_lines import FactLines

WIDTH = 20


class FactsApp(App[None]):
    """One list of facts that fills the terminal."""

    def compose(self) -> ComposeResult:
        yield FactLines()


async def test_a_long_fact_is_broken_before_the_scrollbar_and_scrolls_as_tables_do() -> None:
    app = FactsApp()
    async with app.run_test(size=(WIDTH, 5)) as pilot:
        facts = app.query_one(FactLines)
        facts.show([Fact("", Content("abcdefghij" * 20))])
        await pilot.pause()
        assert facts.show_vertical_scrollbar
        assert {len(line) for line in facts.plain.splitlines()[:-1]} == {WIDTH - 1}
        facts.focus()
        tops = []
        for key in ("ctrl+d", "ctrl+d", "ctrl+u", "G", "g"):
            await pilot.press(key)
            tops.append(facts.scroll_offset.y)
        end = facts.max_scroll_y
        assert tops == [2, 4, 2, end, 0]
        assert end > 4


async def test_the_last_line_says_where_the_rest_of_what_it_begins_is_below_the_edge() -> None:
    app = FactsApp()
    words = Content("one two three four five six seven")
    async with app.run_test(size=(WIDTH, 3)) as pilot:
        facts = app.query_one(FactLines)

        def shown() -> list[str]:
            return [facts.render_line(y).text.rstrip() for y in range(3)]

        facts.show([Fact("", Content("first")), Fact("", words)])
        await pilot.pause()
        assert shown() == ["first", "one two three four", "five six seven"]
        facts.show([Fact("", Content("first")), Fact("", Content("second")), Fact("", words)])
        await pilot.pause()
        assert shown() == ["first", "second", "one two three four…"]
        facts.scroll_down(animate=False)
        await pilot.pause()
        assert shown() == ["second", "one two three four", "five six seven"]
        facts.show([Fact("", Content("a" * 80))])
        await pilot.pause()
        assert shown()[-1] == "a" * (WIDTH - 1)


async def test_only_what_is_new_is_broken_and_not_before_there_is_room_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken: list[str] = []

    def noted(facts: list[Fact], width: int, label_width: int) -> list[Content]:
        broken.append(facts[0].label)
        return fact_lines(facts, width, label_width)

    monkeypatch.setattr("cp_tui.tui.widgets.fact_lines.fact_lines", noted)
    first, second = (Fact(label, Content(label)) for label in ("1", "2"))
    app = FactsApp()
    async with app.run_test(size=(WIDTH, 3)) as pilot:
        facts = app.query_one(FactLines)
        facts.show([first, second])
        FactLines().show([first])
        await pilot.pause()
        facts.show([first, Fact("2", Content("two"))])
        facts.show([first, Fact("2", Content("two")), Fact("3", Content("3"))])
        await pilot.pause()
        assert facts.plain.split() == ["1", "1", "2", "two", "3", "3"]
    assert broken == ["1", "2", "2", "3"]


def test_where_a_column_of_labels_would_leave_no_room_each_is_the_first_word_of_its_own() -> None:
    facts = [Fact("Tx", Content("one two three")), Fact(" ", Content("four"))]
    wide = [line.plain for line in fact_lines(facts, FOLDED + 8, 7)]
    assert wide == ["Tx      one two three", "        four"]
    assert [line.plain for line in fact_lines(facts, 10, 7)] == ["Tx one two", "three", "four"]
