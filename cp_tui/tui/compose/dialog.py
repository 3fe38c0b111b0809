"""The bench where a message is composed: a form from its model, or its text, and the answer.

What is wrong with the message is said, and does not keep it from being sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Label, TextArea
from textual.widgets.button import ButtonVariant

from cp_tui.ocpp.redaction import is_secret_key
from cp_tui.tui.actions.commands import CommandCall, CommandRun
from cp_tui.tui.actions.desk import FormField
from cp_tui.tui.actions.drafts import (
    Bench,
    ComposeEnd,
    MessageDraft,
    SentDraft,
    as_form,
    as_text,
    call_of,
    draft_defect,
)
from cp_tui.tui.actions.model_form import FieldKind, ModelField, action_fields, wrong_field
from cp_tui.tui.compose.json_area import JsonArea, JsonHighlighter, in_a_line, spread
from cp_tui.tui.dialogs.dialog import Dialog, QuietFacts
from cp_tui.tui.dialogs.form import Send
from cp_tui.tui.dialogs.inputs import ChoiceInput, RecentInput
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.json_fault import json_fault
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock
from cp_tui.tui.widgets.fact_lines import FactLines
from cp_tui.tui.widgets.size_classes import be_as_large_as_the_terminal

LABEL_WIDTH = 26
"""Of the fields: the longest name of the standard, and two marks."""
WRONG_MARK = " !"
STATE_LABEL_WIDTH = 11
ENTER_TOLD_FROM = 64
"""Columns, from which on the keys of a form include enter."""

BUTTONS = {"Close": "close", "Another": "another", "Text": "switch", "Send": "send"}
"""What they say at first, and what they do."""


class ComposeDialog(Dialog[ComposeEnd]):
    """A form or a text, what is wrong with it, and below what came of it."""

    DEFAULT_CSS = """
    ComposeDialog > .box { width: 110; height: 100%; max-height: 36; }
    ComposeDialog .fields { height: 1fr; min-height: 3; }
    ComposeDialog .field, ComposeDialog .group { height: 1; }
    ComposeDialog .field Label { width: 26; /* LABEL_WIDTH */ color: $text-muted; }
    ComposeDialog .field .unit { width: 8; padding-left: 1; }
    ComposeDialog .field .-wrong { color: $text-error; text-style: bold; }
    ComposeDialog .group { color: $text-accent; }
    ComposeDialog Input { width: 1fr; background: $boost; }
    ComposeDialog Input:focus { background: $panel; }
    ComposeDialog TextArea { height: 1fr; min-height: 3; background: $boost; }
    ComposeDialog FactLines { scrollbar-size-horizontal: 0; }
    ComposeDialog .intro { margin-bottom: 1; }
    ComposeDialog .rule { max-height: 2; margin-top: 1; }
    ComposeDialog .verdict { max-height: 2; }
    ComposeDialog .state { max-height: 7; margin-top: 1; }
    ComposeDialog .buttons { margin-top: 0; }
    ComposeDialog #send { width: 15; }
    ComposeDialog.-flat .intro, ComposeDialog.-low .intro, ComposeDialog.-flat .rule {
        display: none;
    }
    ComposeDialog.-low .rule { max-height: 1; margin-top: 0; }
    ComposeDialog.-low .state { max-height: 4; margin-top: 0; }
    ComposeDialog.-flat .fields, ComposeDialog.-flat TextArea { min-height: 1; }
    ComposeDialog.-flat .state { max-height: 2; margin-top: 0; }
    ComposeDialog.-narrow .field Label { width: 18; }
    ComposeDialog.-narrow #close, ComposeDialog.-narrow #another { display: none; }
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-normal")]  # noqa: RUF012 - as Textual says
    # What is typed, whether it is valid and what came of it go before what explains them.
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - as declared by Textual
        (0, "-flat"),
        (13, "-low"),
        (20, "-high"),
    ]

    BINDINGS: ClassVar[list[BindingType]] = [
        Meaning.SAVE.bound("send", "Send", "compose.send"),
        Meaning.SWITCH.bound("switch", "Form or text", "compose.switch"),
        Meaning.FIELD.bound("field", "A list as a text of its own, or back", "compose.field"),
        Meaning.ELSEWHERE.bound("another", "Another action", "compose.another"),
    ]

    def __init__(
        self,
        bench: Bench,
        draft: MessageDraft,
        send: Send,
        clock: Callable[[], Clock],
        remember: Callable[[SentDraft], None],
        message_id: Callable[[], str],
        known: Mapping[str, tuple[str, ...]],
    ) -> None:
        """`known`: what a field may well hold, by its own name; anything else can be typed."""
        super().__init__()
        self._known = known
        self._bench = bench
        self._draft = draft
        self._send = send
        self._clock = clock
        self._remember = remember
        self._message_id = message_id
        self._is_running = False
        self._fields: dict[str, ModelField] = {}
        self._wrong: ModelField | None = None
        """The field that is marked as wrong."""
        self._field: ModelField | None = None
        """The field whose list is shown as a text of its own."""
        self._asked: MessageDraft | None = None
        """The draft that is not valid, and goes if it is sent once more."""
        self._is_asking = False
        """It is said that it has to be sent once more."""

    @property
    def _is_wide(self) -> bool:
        return not self.has_class("-narrow")

    @property
    def _is_form(self) -> bool:
        """Whether the fields are shown."""
        return not self._draft.is_raw and self._field is None

    def compose(self) -> ComposeResult:
        """Form and text in one place, what they are worth, the answer, the buttons."""
        be_as_large_as_the_terminal(self)
        with Vertical(classes="box"):
            yield QuietFacts(classes="intro")
            yield VerticalScroll(classes="fields", can_focus=False)
            area = JsonArea("", soft_wrap=True, show_line_numbers=False, compact=True)
            area.cursor_blink = False
            # Its colour would cover those of JSON.
            area.highlight_cursor_line = False
            yield area
            yield QuietFacts(classes="rule")
            yield QuietFacts(classes="verdict")
            yield FactLines(label_width=STATE_LABEL_WIDTH, classes="state")
            with Horizontal(classes="buttons"):
                for word, name in BUTTONS.items():
                    style: ButtonVariant = "primary" if name == "send" else "default"
                    action = f"screen.{name}"
                    yield Button(Content(word), style, id=name, action=action, compact=True)

    async def begin(self) -> None:
        """Show the draft."""
        self.query_one(".intro", FactLines).show([Fact("", safe_text(self._bench.intro))])
        self.query_one(".state", FactLines).display = False
        await self._show_draft()

    async def _show_draft(self) -> None:
        """Put the draft into the form, or into the text."""
        draft = self._draft
        self._show_parts()
        if draft.text is not None:
            area = self.query_one(TextArea)
            area.text = draft.text
            area.focus()
            if draft.is_proposal:
                area.select_all()
        else:
            await self._fill_form(self.query_one(".fields", VerticalScroll))
        self._judge()

    def _show_parts(self) -> None:
        """Show the form or the text, and name the keys that work there."""
        draft = self._draft
        form, area = self.query_one(".fields", VerticalScroll), self.query_one(TextArea)
        form.display, area.display = self._is_form, not self._is_form
        area.show_line_numbers = self._is_wide
        switch = self.query_one("#switch", Button)
        switch.label = Content("Form") if draft.is_raw else Content("Text")
        switch.disabled = draft.is_raw and draft.action is None
        name = draft.action.value if draft.action is not None else "a raw frame"
        if self._field is not None:
            name, keys = f"{name}, {self._field.name}", "^s send · ^t form · ^r whole text"
            keys += " · escape goes back" * self._is_wide
        else:
            keys = f"^s send · ^r {'form' if draft.is_raw else 'text'} · ^o another"
            if self._is_wide:
                has_room = self.app.size.width >= ENTER_TOLD_FROM
                keys = f"enter next · {keys}" if self._is_form and has_room else keys
                keys += " · escape closes"
        self.titled(f"{self._bench.title}: {name}", keys)

    def on_resize(self) -> None:
        """Number the lines of a text where there is room for that."""
        if self.query(TextArea):
            self._show_parts()

    async def _fill_form(self, form: VerticalScroll) -> None:
        assert self._draft.action is not None, "a form has an action"
        fields = action_fields(self._draft.action)
        self._fields = {_id(field): field for field in fields}
        self._wrong = self._field = None
        await form.remove_children()
        await form.mount_all(self._rows(fields))
        inputs = self.query(RecentInput)
        if inputs:
            inputs.first().focus()
        else:
            self.query_one("#send", Button).focus()

    def _rows(self, fields: Sequence[ModelField]) -> Iterator[Widget]:
        group = ""
        if not fields:
            yield Label(Content("This request has no fields."), classes="group")
        for field in fields:
            if field.group != group:
                group = field.group
                yield Label(Content(group), classes="group")
            text = FormField(
                _id(field),
                field.label,
                self._draft.texts.get(field.name, ""),
                field.rule,
                choices=self._choices(field),
            )
            row_input = ChoiceInput(text, is_open=not field.choices)
            if field.kind is FieldKind.JSON:
                row_input.highlighter = JsonHighlighter(row_input)
            row_input.password = self._is_secret(field)
            unit = [Label(Content(field.unit), classes="unit")] if field.unit else []
            word = _label(field)
            yield Horizontal(Label(word), row_input, *unit, classes="field")

    def _choices(self, field: ModelField) -> tuple[str, ...]:
        """What can be chosen there, or may well be typed."""
        is_one = field.kind in (FieldKind.TEXT, FieldKind.INTEGER)
        return field.choices or (self._known.get(field.label, ()) if is_one else ())

    def _take(self) -> MessageDraft:
        """The draft as it stands on the screen."""
        if self._draft.is_raw:
            return MessageDraft(
                self._draft.action, self._draft.texts, self.query_one(TextArea).text
            )
        if self._field is not None:
            text = self.query_one(TextArea).text
            return MessageDraft(self._draft.action, {**self._draft.texts, self._field.name: text})
        texts = {self._fields[each.id or ""].name: each.value for each in self.query(RecentInput)}
        return MessageDraft(self._draft.action, texts)

    def _judge(self) -> None:
        """Say what is wrong with the draft."""
        self._draft = draft = self._take()
        defect = draft_defect(draft)
        if defect is None:
            verdict = Content.styled("valid OCPP 1.6", "$text-success")
        else:
            verdict = Content.assemble(
                Content.styled("not valid: ", "bold $text-warning"),
                safe_text(defect),
                # Where there is little room, the word on the button has to do.
                Content.styled(" · it can be sent all the same" * self._is_wide, "$text-muted"),
            )
        self._say("verdict", [Fact("", verdict)])
        wrong = wrong_field([*self._fields.values()], defect or "") if not draft.is_raw else None
        if wrong is not self._wrong:
            before, self._wrong = self._wrong, wrong
            for field in (before, wrong):
                self._mark(field)
        send = self.query_one("#send", Button)
        send.label = Content("Send") if defect is None else Content("Send anyway")

    def _mark(self, field: ModelField | None) -> None:
        """Show at a field whether it is the wrong one."""
        found = self.query(f"#{_id(field)}") if field is not None else ()
        for each in found:
            assert field is not None
            assert each.parent is not None
            label = each.parent.query(Label).first()
            is_wrong = field is self._wrong
            label.set_class(is_wrong, "-wrong")
            label.update(_label(field) + Content(WRONG_MARK * is_wrong), layout=False)

    def _is_secret(self, field: ModelField) -> bool:
        """Whether what is typed there must not be readable: the value of the AuthorizationKey."""
        return field.name == "value" and is_secret_key(self._draft.texts.get("key"))

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self, event: Input.Changed | TextArea.Changed) -> None:
        event.stop()
        if not self.is_open or not self._is_current(event):
            return
        self._judge()
        if self._is_asking and self._asked != self._draft:
            self._asked, self._is_asking = None, False
            self._say("state", [])
        for each in self.query(RecentInput):
            each.password = self._is_secret(self._fields[each.id or ""])

    def _is_current(self, event: Input.Changed | TextArea.Changed) -> bool:
        """Whether it is about what is shown; the last words of a removed form come late."""
        if isinstance(event, TextArea.Changed):
            return not self._is_form
        return self._is_form and event.input.is_attached

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Say what may stand in the field."""
        field = self._fields.get(event.widget.id or "")
        if field is None:
            self._say("rule", [])
            return
        keys = "left and right choose · " if field.choices else ""
        if not field.choices and self._choices(field):
            keys = "pgup and pgdn choose · "
        if field.kind is FieldKind.JSON:
            keys = "^t as a text of its own · "
        text = Content.assemble(Content.styled(keys, "$text-accent"), f"{field.name}: {field.rule}")
        self._say("rule", [Fact("", text.truncate(2 * self.size.width))])

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        fields = [*self.query(RecentInput)]
        following = fields[fields.index(event.input) + 1 :] if event.input in fields else []
        (following[0] if following else self.query_one("#send", Button)).focus()

    def action_field(self) -> None:
        """Show the list in a field as a text of its own, or put it back into its field."""
        if self._field is not None:
            self._close_field()
            return
        field = self._fields.get(self.focused.id or "") if self.focused is not None else None
        if not self._is_form or field is None or field.kind is not FieldKind.JSON:
            return
        self._draft, self._field = self._take(), field
        area = self.query_one(TextArea)
        area.text = spread(self._draft.texts[field.name])
        self._show_parts()
        area.focus()
        self._judge()

    def _close_field(self) -> None:
        self._draft = draft = self._take()
        field, self._field = self._field, None
        assert field is not None, "it is open"
        self._show_parts()
        row_input = self.query_one(f"#{_id(field)}", RecentInput)
        row_input.value = in_a_line(draft.texts[field.name])
        row_input.focus()
        self._judge()

    async def action_switch(self) -> None:
        """Take the draft over into the text, or back into the form."""
        draft = self._take()
        self._field = None
        if not draft.is_raw:
            self._draft = as_text(draft, self._message_id())
        elif isinstance(form := as_form(draft), str):
            self._say("state", [Fact("", safe_text(form, "$text-warning"))])
            self._go_to_fault()
            return
        else:
            self._draft = form
        await self._show_draft()

    def action_another(self) -> None:
        """Choose another action."""
        self.dismiss(ComposeEnd.ANOTHER)

    def action_give_up(self) -> None:
        """Go back from a field to the form, or leave the bench; what was sent is remembered."""
        if self._field is not None:
            self._close_field()
            return
        self.dismiss(ComposeEnd.CLOSED)

    def action_send(self) -> None:
        """Send the draft as it stands; one that is not valid only if that is wanted twice."""
        if self._is_running:
            return
        draft = self._take()
        call = call_of(self._bench, draft)
        if isinstance(call, str):
            self._say("state", [Fact("", Content.styled(call, "bold $text-error"))])
            return
        if draft != self._asked and draft_defect(draft) is not None:
            self._asked, self._is_asking = draft, True
            text = "Not sent yet: it is not valid. ^s again sends it as it stands."
            self._say("state", [Fact("", Content.styled(text, "bold $text-warning"))])
            self._go_to_fault()
            return
        self._is_running, self._is_asking = True, False
        self.run_worker(self._run(draft, call), name="compose", exit_on_error=True)

    async def _run(self, draft: MessageDraft, call: CommandCall) -> None:
        run = await self._send(call, self._under_way)
        self._is_running = False
        outcome = run.outcome
        assert outcome is not None
        if not draft.holds_secret:
            self._remember(SentDraft(draft, run.started_at, outcome.summary))
        if self.is_open:
            self._say("state", outcome.all_facts())

    def _go_to_fault(self) -> None:
        """Put the cursor where a text stops being JSON."""
        area = self.query_one(TextArea)
        fault = None if self._is_form else json_fault(area.text)
        if fault is not None:
            area.move_cursor((fault.line - 1, fault.column - 1))
            area.focus()

    def _under_way(self, run: CommandRun) -> None:
        if not self.is_open:
            return
        since = self._clock().time(run.hung_since or run.started_at)
        words = "sent, waits for the answer"
        if run.hung_since is not None:
            words = "waits for the charge point, silent"
        waits = Content.styled(words, "bold $text-warning")
        self._say("state", [Fact("", Content.assemble(waits, f" since {since}"))])

    def _say(self, where: str, facts: list[Fact]) -> None:
        lines = self.query_one(f".{where}", FactLines)
        if where == "state":
            lines.display = bool(facts)
        lines.show(facts)
        lines.refresh(layout=True)


def _label(field: ModelField) -> Content:
    """Its name, within its object, and whether it is required."""
    mark = "*" if field.is_required and not field.is_in_optional else ""
    return Content(f"{' ' if field.group else ''}{field.label}{mark}")


def _id(field: ModelField) -> str:
    """The id of the input of a field; a widget has no dots in its own."""
    return field.name.replace(".", "-")
