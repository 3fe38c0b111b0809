"""The inputs of forms: what was typed before, what may stand there, the names of files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import ClassVar

from msgspec.structs import replace
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import SuggestFromList

from cp_tui.engine.disk import on_disk
from cp_tui.tui.actions.desk import FormField
from cp_tui.tui.terminal.line_input import LineInput
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.path_completion import Completion, completed_path
from cp_tui.tui.text.safe_text import drawn, safe_text

KEYS_WAIT_S = 0.5
"""For a file or a folder to be read; a usual one takes a hundredth of it."""

NAMES_SHOWN_MAX = 40
"""Of the files in a folder: more than three lines hold."""

HoldKeys = Callable[[Awaitable[None]], None]
"""Keep keys waiting until something is done."""


class RecentInput(LineInput):
    """An input of a form: page up and page down bring back what was typed here before.

    Up and down go to the field above and below; nothing is changed on the way.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "field(-1)", "Field above", show=False, id="form.above"),
        Binding("down", "field(1)", "Field below", show=False, id="form.below"),
        Meaning.PAGE_UP.bound("recall(1)", "Earlier text, choice before", "form.earlier"),
        Meaning.PAGE_DOWN.bound("recall(-1)", "Later text, next choice", "form.later"),
    ]

    def __init__(self, field: FormField) -> None:
        # What is known from outside may stand here as it is, and an input paints it as it is.
        value = drawn(field.value or "")
        suggester = SuggestFromList(field.choices, case_sensitive=False) if field.choices else None
        super().__init__(value, placeholder=field.placeholder, id=field.name, suggester=suggester)
        self.field = field
        self._texts = ["", *map(drawn, field.recent)]
        self._index = self._texts.index(value) if value in self._texts else 0

    def action_field(self, step: int) -> None:
        """Go to the field above or below, if there is one."""
        fields = [*self.screen.query(RecentInput)]
        place = fields.index(self) + step
        if 0 <= place < len(fields):
            fields[place].focus()

    def action_recall(self, step: int) -> None:
        """Put an earlier or later text in."""
        if 0 <= self._index + step < len(self._texts):
            self._index += step
            self.value = self._texts[self._index]
            self.cursor_position = len(self.value)


class ChoiceInput(RecentInput):
    """An input that walks over what is allowed, in the order of the standard, and comes round.

    The rest of a choice whose beginning is typed stands there dimmed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "left", "Choice before", show=False, id="form.before"),
        Binding("right", "right", "Next choice", show=False, id="form.next"),
        # Before the input itself, which would type it.
        Binding("space", "choose(-1)", "Next choice", show=False, priority=True, id="form.choose"),
    ]

    def __init__(self, field: FormField, *, is_open: bool = False) -> None:
        """`is_open`: other texts are as good as the choices, so left and right move in the text."""
        super().__init__(replace(field, recent=field.choices))
        self._is_open = is_open

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Space chooses only where a choice stands; else it is typed."""
        return self._is_choosing if action == "choose" else True

    @property
    def _is_choosing(self) -> bool:
        """Whether left, right and space choose; what is typed otherwise, they edit."""
        return not self._is_open and bool(self.field.choices) and self.value in self._texts

    def action_choose(self, step: int) -> None:
        """Put the next or the previous of the choices in."""
        self.action_recall(step)

    def action_left(self) -> None:
        """Choose the one before, or move within what is typed."""
        if self._is_choosing:
            self.action_recall(1)
        else:
            self.action_cursor_left()

    def action_right(self) -> None:
        """Choose the next one, or move within what is typed."""
        if self._is_choosing:
            self.action_recall(-1)
        else:
            self.action_cursor_right()

    def action_recall(self, step: int) -> None:
        """Put the next or the previous of the choices in; any other text can be typed."""
        if not self.field.choices:
            return
        if self.value in self._texts:
            self._index = self._texts.index(self.value)
        self._index = (self._index - step) % len(self._texts)
        self.value = self._texts[self._index]
        self.cursor_position = len(self.value)


class PathInput(RecentInput):
    """An input for the name of a file, which tab completes; where it can do no more, it moves on.

    A folder is read beside the loop: what is typed meanwhile stays, and then nothing is completed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Meaning.NEXT.bound("complete", "Complete the path, or next field", "form.complete"),
    ]

    class Completed(Message):
        """What a completion came to, to be told below the fields."""

        def __init__(self, said: Fact | None) -> None:
            super().__init__()
            self.said = said

    def __init__(self, field: FormField, hold_keys: HoldKeys) -> None:
        super().__init__(field)
        self._hold_keys = hold_keys
        self._listed = ""
        """For which text the names were shown."""

    def action_complete(self) -> None:
        """Complete what stands before the cursor."""
        is_done = asyncio.Event()
        self.run_worker(self._complete(is_done), name="paths", group="paths", exclusive=True)
        self._hold_keys(briefly(is_done))

    async def _complete(self, is_done: asyncio.Event) -> None:
        before = self.value
        text, rest = before[: self.cursor_position], before[self.cursor_position :]
        said: Fact | None = None
        try:
            reading = partial(completed_path, text)
            found = await on_disk(reading, f"reading the folder of {text}", self._tell)
            if self.value != before or not self.has_focus:
                return
            if found.text != text:
                self.value = found.text + rest
                self.cursor_position = len(found.text)
            elif len(found.names) < 2 or self._listed == text:
                self.screen.focus_next()
                return
            self._listed = found.text
            said = _names(found)
        except OSError as error:
            if self.value != before:
                return
            why = (error.strerror or "cannot be read").lower()
            said = Fact("files", safe_text(f"{text}: {why}", "$text-warning"))
        finally:
            is_done.set()
        self.post_message(self.Completed(said))

    def _tell(self, progress: str) -> None:
        self.post_message(self.Completed(Fact("files", safe_text(progress))))


async def briefly(is_done: asyncio.Event) -> None:
    """Wait until something is done, unless that takes long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(KEYS_WAIT_S):
            await is_done.wait()


def _names(found: Completion) -> Fact | None:
    """The names that a path may go on with, where there are several."""
    if len(found.names) < 2:
        return None
    shown = "  ".join(found.names[:NAMES_SHOWN_MAX])
    more = "" if len(found.names) <= NAMES_SHOWN_MAX and not found.is_cut else " …"
    return Fact("files", safe_text(f"{shown}{more}", "$text-muted"))
