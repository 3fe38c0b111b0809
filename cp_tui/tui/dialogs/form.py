"""A form that sends its command and stays to show the outcome with its reason."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.widget import Widget
from textual.widgets import Button, Input, Label

from cp_tui.tui.actions.command_form import result_of
from cp_tui.tui.actions.commands import CommandCall, CommandRun
from cp_tui.tui.actions.desk import Form, FormField, Job
from cp_tui.tui.actions.outcome import CommandOutcome
from cp_tui.tui.dialogs.dialog import Dialog, QuietFacts
from cp_tui.tui.dialogs.inputs import (
    ChoiceInput,
    HoldKeys,
    PathInput,
    RecentInput,
    briefly,
)
from cp_tui.tui.text.facts import GAP, Fact
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.paths import UnusableInput
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines

LABEL_WIDTH = 13
"""Of the fields and of the outcome, so that both stand under one another."""

Send = Callable[[CommandCall, Callable[[CommandRun], None]], Awaitable[CommandRun]]
"""Send a command; the callback hears of the run as soon as it is under way."""


class FormDialog(Dialog[CommandOutcome | None]):
    """Fields, a button, and below them what came of it."""

    DEFAULT_CSS = """
    FormDialog .fields { height: auto; max-height: 100%; }
    FormDialog .field { height: 1; }
    FormDialog Label { width: 13; /* LABEL_WIDTH */ color: $text-muted; }
    FormDialog Input { width: 1fr; background: $boost; }
    FormDialog Input:focus { background: $panel; }
    FormDialog .intro { margin-bottom: 1; }
    FormDialog.-tight .intro { max-height: 2; margin-bottom: 0; }
    FormDialog.-tight .state { margin-top: 0; }
    FormDialog .unit { width: auto; min-width: 5; padding-left: 1; }
    FormDialog .wrong { margin-left: 13; /* LABEL_WIDTH */ max-height: 3; }
    FormDialog .hint { max-height: 3; }
    FormDialog .state { margin-top: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Meaning.SAVE.bound("submit", "Send", "form.send"),
    ]

    def __init__(
        self,
        form: Form,
        send: Send,
        clock: Callable[[], Clock],
        hold_keys: HoldKeys,
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
        self._wrong_field = ""
        """Below which it is said what is wrong with it."""

    def compose(self) -> ComposeResult:
        """Intro, fields, state and buttons."""
        with Vertical(classes="box"):
            with VerticalScroll(classes="fields", can_focus=False):
                intro = QuietFacts(classes="intro")
                intro.display = bool(self._form.intro)
                yield intro
                has_units = any(field.unit for field in self._form.fields)
                for field in self._form.fields:
                    with Horizontal(classes="field"):
                        yield Label(Content(field.label))
                        yield self._input(field)
                        if has_units:
                            yield Label(Content(field.unit), classes="unit")
                wrong = QuietFacts(label_width=0, classes="wrong")
                wrong.display = False
                yield wrong
                hint = QuietFacts(label_width=LABEL_WIDTH - GAP, classes="hint")
                hint.display = any(_offered(each) or each.is_path for each in self._form.fields)
                yield hint
                state = QuietFacts(label_width=LABEL_WIDTH - GAP, classes="state")
                state.display = False
                yield state
            with Horizontal(classes="buttons"):
                yield Button(Content("Close"), id="close", action="screen.close", compact=True)
                word = Content(self._form.submit)
                yield Button(word, "primary", id="submit", action="screen.submit", compact=True)

    def _input(self, field: FormField) -> RecentInput:
        if field.is_path:
            return PathInput(field, self._hold_keys)
        if choices := _offered(field):
            return ChoiceInput(replace(field, choices=choices))
        return RecentInput(field)

    async def begin(self) -> None:
        """Start in the first field."""
        fields = self._form.fields
        recall = " · ↑↓ fields" if len(fields) > 1 else ""
        recall += " · pgup recent" if any(field.recent for field in fields) else ""
        recall += " · ←→ choices" if any(_offered(field) for field in fields) else ""
        recall += " · tab completes" if any(field.is_path for field in fields) else ""
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

    @on(PathInput.Completed)
    def _completed(self, event: PathInput.Completed) -> None:
        """Say which files there are."""
        event.stop()
        if self.is_open:
            hint = self.query_one(".hint", FactLines)
            hint.show([] if event.said is None else [event.said])
            hint.refresh(layout=True)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        """What was said of a field held for what stood there."""
        event.stop()
        if self.is_open and event.input.id == self._wrong_field:
            self._wrong_field = ""
            self.query_one(".wrong", FactLines).display = False

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_submit()

    def action_submit(self) -> None:
        """Send what is filled in, or say what is wrong with it."""
        if self._is_running:
            return
        texts = {field.id or "": field.value for field in self.query(RecentInput)}
        try:
            call = result_of(self._form, texts)
        except UnusableInput as error:
            self._refuse(error)
            return
        self._is_running = True
        if isinstance(call, CommandCall):
            self._keep(texts)
            self.run_worker(self._run(call), name="form", exit_on_error=True)
        elif self._form.is_reading:
            self.run_worker(self._do(call, texts), name="job")
            self._hold_keys(briefly(self._is_read))
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

    async def _do(self, job: Job, texts: Mapping[str, str]) -> None:
        self._is_read.clear()
        since = self._clock().time(self._clock().now)

        def tell(progress: str) -> None:
            if self.is_open:
                self._say_running(since, progress, is_given_up=self._form.is_reading)

        try:
            outcome = await job(tell)
        except UnusableInput as error:
            self._is_running = False
            if self.is_open:
                self._refuse(error)
            return
        finally:
            self._is_read.set()
        self._keep(texts)
        if isinstance(outcome, CommandCall):
            await self._run(outcome)
            return
        if self._form.leads_on and self.is_open:
            self.dismiss(outcome)
            return
        self._is_running = False
        if self.is_open:
            self._show(outcome)

    def _refuse(self, error: UnusableInput) -> None:
        """Say what is wrong below the field in which it stands, and go there."""
        paths = [field.name for field in self._form.fields if field.is_path]
        self._wrong_field = error.field or next(iter(paths), "")
        said = [Fact("", safe_text(f"{error}", "bold $text-error"))]
        if not self._wrong_field:
            self._say(said)
            return
        self.query_one(".state", FactLines).display = False
        wrong, field = self.query_one(".wrong", FactLines), self.query_one(f"#{self._wrong_field}")
        assert isinstance(field.parent, Widget), "a field stands in a row"
        self.query_one(".fields").move_child(wrong, after=field.parent)
        wrong.display = True
        wrong.show(said)
        wrong.refresh(layout=True)
        field.focus()
        self.call_after_refresh(wrong.scroll_visible, animate=False)

    def _show(self, outcome: CommandOutcome) -> None:
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


def _offered(field: FormField) -> tuple[str, ...]:
    """What left, right and space walk over in it."""
    return field.choices or field.offered
