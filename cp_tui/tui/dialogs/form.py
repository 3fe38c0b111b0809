"""A form that sends its command and stays to show the outcome with its reason."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Label

from cp_tui.tui.actions.command_form import result_of
from cp_tui.tui.actions.commands import CommandCall, CommandRun
from cp_tui.tui.actions.desk import Form, FormField, Job
from cp_tui.tui.actions.outcome import CommandOutcome
from cp_tui.tui.dialogs.dialog import Dialog, QuietFacts
from cp_tui.tui.text.facts import GAP, Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines

LABEL_WIDTH = 13
"""Of the fields and of the outcome, so that both stand under one another."""

KEYS_WAIT_S = 0.5
"""For a file to be read; a usual one takes a hundredth of it."""

Send = Callable[[CommandCall, Callable[[CommandRun], None]], Awaitable[CommandRun]]
"""Send a command; the callback hears of the run as soon as it is under way."""


class RecentInput(Input):
    """An input that brings back with up and down what was typed here before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "recall(1)", "Earlier text", show=False, id="form.earlier"),
        Binding("down", "recall(-1)", "Later text", show=False, id="form.later"),
    ]

    def __init__(self, field: FormField) -> None:
        # What is known from outside may stand here as it is, and an input paints it as it is.
        value = drawn(field.value or "")
        suggester = SuggestFromList(field.choices, case_sensitive=False) if field.choices else None
        super().__init__(
            value,
            placeholder=field.placeholder,
            compact=True,
            id=field.name,
            suggester=suggester,
        )
        self.cursor_blink = False
        self.field = field
        self._texts = ["", *map(drawn, field.recent)]
        self._index = self._texts.index(value) if value in self._texts else 0

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

    def __init__(self, field: FormField) -> None:
        super().__init__(replace(field, recent=field.choices))

    def action_recall(self, step: int) -> None:
        """Put the next or the previous of the choices in; any other text can be typed."""
        self._index = (self._index - step) % len(self._texts)
        self.value = self._texts[self._index]
        self.cursor_position = len(self.value)


class FormDialog(Dialog[CommandOutcome | None]):
    """Fields, a button, and below them what came of it."""

    DEFAULT_CSS = """
    FormDialog .fields { height: auto; max-height: 100%; }
    FormDialog .field { height: 1; }
    FormDialog Label { width: 13; /* LABEL_WIDTH */ color: $text-muted; }
    FormDialog Input { width: 1fr; background: $boost; }
    FormDialog Input:focus { background: $panel; }
    FormDialog .intro { margin-bottom: 1; }
    FormDialog .hint { max-height: 2; }
    FormDialog .state { margin-top: 1; }
    """

    def __init__(
        self,
        form: Form,
        send: Send,
        clock: Callable[[], Clock],
        hold_keys: Callable[[Awaitable[None]], None],
        remember: Callable[[str, str], None],
    ) -> None:
        """The form is a completed one; `hold_keys` keeps keys waiting until something is done.

        `remember` takes where to keep a text, and the text.
        """
        super().__init__()
        self._remember = remember
        self._hold_keys = hold_keys
        self._is_read = asyncio.Event()
        """What the form is about was found out; for jobs that read."""
        self._form = form
        self._send = send
        self._clock = clock
        self._is_running = False

    def compose(self) -> ComposeResult:
        """Intro, fields, state and buttons."""
        with Vertical(classes="box"):
            with VerticalScroll(classes="fields", can_focus=False):
                intro = QuietFacts(classes="intro")
                intro.display = bool(self._form.intro)
                yield intro
                for field in self._form.fields:
                    with Horizontal(classes="field"):
                        yield Label(Content(field.label))
                        yield ChoiceInput(field) if field.choices else RecentInput(field)
                hint = QuietFacts(label_width=LABEL_WIDTH - GAP, classes="hint")
                hint.display = any(field.choices for field in self._form.fields)
                yield hint
                state = QuietFacts(label_width=LABEL_WIDTH - GAP, classes="state")
                state.display = False
                yield state
            with Horizontal(classes="buttons"):
                yield Button(Content("Close"), id="close", action="screen.close", compact=True)
                word = Content(self._form.submit)
                yield Button(word, "primary", id="submit", action="screen.submit", compact=True)

    async def begin(self) -> None:
        """Start in the first field."""
        fields = self._form.fields
        recall = " · up recent" if any(field.recent for field in fields) else ""
        recall += " · ↑↓ choices" if any(field.choices for field in fields) else ""
        self.titled(self._form.title, f"enter {self._form.submit.lower()}{recall} · escape closes")
        self.query_one(".intro", FactLines).show([Fact("", line) for line in self._form.intro])
        start = next((field.name for field in fields if field.name == self._form.start), None)
        inputs = self.query(RecentInput)
        (self.query_one(f"#{start}", RecentInput) if start else inputs.first()).focus()

    @on(DescendantFocus)
    def _focused(self, event: DescendantFocus) -> None:
        """Say what may stand in the field."""
        field = event.widget.field if isinstance(event.widget, RecentInput) else None
        choices = " · ".join(field.choices) if field is not None else ""
        hint = [Fact("one of", safe_text(choices, "$text-muted"))] if choices else []
        self.query_one(".hint", FactLines).show(hint)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_submit()

    def action_submit(self) -> None:
        """Send what is filled in, or say what is wrong with it."""
        if self._is_running:
            return
        texts = {field.id or "": field.value for field in self.query(RecentInput)}
        call = result_of(self._form, texts)
        if isinstance(call, str):
            self._show(call)
            return
        self._is_running = True
        if isinstance(call, CommandCall):
            self._keep(texts)
            self.run_worker(self._run(call), name="form", exit_on_error=True)
        elif self._form.is_reading:
            self.run_worker(self._do(call, texts), name="job")
            self._hold_keys(self._while_read())
        else:
            # Of the app: it goes on when the dialog is closed.
            self.app.run_worker(self._do(call, texts), name="job", group="job")

    def _keep(self, texts: Mapping[str, str]) -> None:
        """Remember what was typed, now that it has proved right."""
        for field in self._form.fields:
            if field.keep:
                self._remember(field.keep, texts[field.name])

    async def _run(self, call: CommandCall) -> None:
        run = await self._send(call, self._under_way)
        self._is_running = False
        if not self.is_open:
            return
        outcome = run.outcome
        assert outcome is not None
        if outcome.keys is not None:
            self.dismiss(outcome)
            return
        self._show(outcome)

    async def _while_read(self) -> None:
        """What was typed ahead is for what comes of it, unless that takes long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(KEYS_WAIT_S):
                await self._is_read.wait()

    async def _do(self, job: Job, texts: Mapping[str, str]) -> None:
        self._is_read.clear()
        since = self._clock().time(self._clock().now)

        def tell(progress: str) -> None:
            if self.is_open:
                self._say_running(since, progress, is_given_up=self._form.is_reading)

        outcome = await job(tell)
        self._is_read.set()
        if not isinstance(outcome, str):
            self._keep(texts)
        if isinstance(outcome, CommandCall):
            await self._run(outcome)
            return
        self._is_running = False
        if self.is_open:
            self._show(outcome)

    def _show(self, outcome: CommandOutcome | str) -> None:
        if isinstance(outcome, str):
            self._say([Fact("", safe_text(outcome, "bold $text-error"))])
            return
        self._say(outcome.all_facts())
        self.query_one("#close", Button).focus()

    def _under_way(self, run: CommandRun) -> None:
        if not self.is_open:
            return
        hangs = ""
        if run.hung_since is not None:
            since = self._clock().time(run.hung_since)
            hangs = f"it waits for the charge point, silent since {since}"
        self._say_running(self._clock().time(run.started_at), hangs)

    def _say_running(self, since: str, progress: str = "", *, is_given_up: bool = False) -> None:
        running = Content.styled(self._form.running, "bold $text-warning")
        escape = "gives it up" if is_given_up else "leaves it running"
        text = Content.assemble(running, f" since {since}; escape {escape}")
        self._say([Fact("", text), *([Fact("", safe_text(progress))] if progress else [])])

    def _say(self, facts: list[Fact]) -> None:
        state = self.query_one(".state", FactLines)
        state.display = True
        state.show(facts)
        state.refresh(layout=True)
