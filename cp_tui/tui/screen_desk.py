"""The desk of the actions on a real screen: dialogs, line of activity, zoom, help, theme, quit."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from textual.content import Content

from cp_tui.rpc.client import ConnectionLost, RpcError
from cp_tui.tui.actions.command_form import completed
from cp_tui.tui.actions.commands import CommandCall, CommandRun
from cp_tui.tui.actions.desk import Choice, ConfirmQuestion, Desk, Form, Frame, Prompt
from cp_tui.tui.actions.drafts import DRAFTS_MAX, Bench, ComposeEnd, MessageDraft, SentDraft
from cp_tui.tui.actions.help_text import HelpedPane, heading, help_facts
from cp_tui.tui.actions.outcome import CommandOutcome
from cp_tui.tui.actions.palette import palette
from cp_tui.tui.compose.dialog import ComposeDialog
from cp_tui.tui.compose.examples import known_values
from cp_tui.tui.dashboard.consequences import (
    end_of_demo_facts,
    running_facts,
    screens_facts,
)
from cp_tui.tui.dialogs.ask import YES, AskDialog, Option, confirmation
from cp_tui.tui.dialogs.choose import ChooseDialog
from cp_tui.tui.dialogs.dialog import Dialog, T
from cp_tui.tui.dialogs.facts import FactsDialog
from cp_tui.tui.dialogs.form import FormDialog
from cp_tui.tui.dialogs.key_table import KeyTableDialog
from cp_tui.tui.dialogs.prompt import PromptDialog
from cp_tui.tui.dialogs.theme_picker import ThemePicker
from cp_tui.tui.frame.actions import show_menu
from cp_tui.tui.frame.frame_app import FrameApp
from cp_tui.tui.state.key_lens import KeyLens
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.copying import Copyable
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock, file_stamp
from cp_tui.tui.timeline.timeline import Timeline
from cp_tui.tui.widgets.line_table import CursorMove, LineTable
from cp_tui.tui.widgets.table_pane import TablePane

if TYPE_CHECKING:
    from cp_tui.tui.state.travel import Travel

REMEMBERED_MAX = 8
"""Texts kept per field: what one person types in a session."""

LEAVE, STOP = "leave", "stop"

SCREENS_S = 0.5
"""For the number of the other screens: who wants to leave does not wait for it."""


class ScreenDesk(Desk):
    """Carries out on the app what `Desk` says."""

    def __init__(
        self,
        app: FrameApp,
        may_stop: Callable[[], bool],
        *,
        is_host: bool = False,
        bundle: Callable[[Path], Awaitable[None]] | None = None,
    ) -> None:
        """`may_stop`: whether quitting may end the charge point, which was started with the screen
        and runs; `is_host`: whether it does; `bundle` makes one file for support of it."""
        self._bundle = bundle
        self._app = app
        self._is_host = is_host
        self._may_stop = may_stop
        self._memory: dict[str, list[str]] = {}
        self._drafts: dict[str, tuple[SentDraft, ...]] = {}
        self._chosen: list[str] = []
        """The actions chosen in the palette in this session, newest first."""
        self._message_numbers = itertools.count(1)

    @property
    def snapshot(self) -> Snapshot:
        return self._app.store.snapshot

    @property
    def clock(self) -> Clock:
        return self._app.clock

    @property
    def pane(self) -> str:
        pane = self._app.main.focused_pane
        return pane.NAME if pane else ""

    @property
    def screen(self) -> str:
        return self._app.main.NAME

    @property
    def frame(self) -> Frame:
        return self._app.main

    def words_on(self, screen: str) -> str:
        return self._app.words_on(screen)

    @property
    def travel(self) -> Travel:
        assert self._app.travel is not None, "an action for a log, without one"
        return self._app.travel

    @property
    def timeline(self) -> Timeline:
        names = (self._app.main.NAME, *self._app.screen_classes)
        timelines = (self._app.main_screen(name).timeline for name in names)
        return next(each for each in timelines if each is not None)

    @property
    def table(self) -> LineTable | None:
        # Also that of a dialog.
        if isinstance(focused := self._app.screen.focused, LineTable):
            return focused
        pane = self._app.main.table_pane
        return pane.table if pane is not None else None

    @property
    def runs(self) -> Sequence[CommandRun]:
        return self._app.commands.runs

    @property
    def wrong_themes(self) -> Mapping[str, Sequence[str]]:
        return self._app.wrong_themes

    def key_of(self, action_id: str) -> str:
        return self._app.keymap.first(action_id)

    @property
    def filter(self) -> str:
        pane = self._app.main.table_pane
        return pane.words if pane else ""

    @property
    def copyable(self) -> Copyable | None:
        shown = self._app.screen
        if isinstance(shown, Dialog):
            return shown.copyable()
        pane = self._app.main.focused_pane
        return None if pane is None else pane.copyable(self.snapshot, self.clock)

    def copy(self, text: str) -> None:
        self._app.copy_to_clipboard(text)

    async def command(self, call: CommandCall) -> CommandRun:
        run = self._app.commands.begin(call)
        with self._app.gate.waiting():
            return await self._app.commands.finish(run)

    @property
    def bundle(self) -> Callable[[Path], Awaitable[None]] | None:
        return self._bundle

    async def _answer_to(self, dialog: Dialog[T]) -> T:
        """Show a dialog and wait for what comes of it; the keys are for the dialog."""
        with self._app.gate.waiting(dialog):
            return await self._app.push_screen_wait(dialog)

    async def ask(self, question: ConfirmQuestion) -> bool:
        return await self._answer_to(confirmation(question, self.snapshot)) == YES

    async def fill(self, form: Form) -> None:
        dialog = FormDialog(
            completed(form, self.remembered),
            self._send,
            lambda: self._app.clock,
            self._hold_keys,
            self.remember,
        )
        outcome = await self._answer_to(dialog)
        # A table of keys gets a dialog of its own.
        if isinstance(outcome, CommandOutcome) and outcome.keys is not None:
            await self._answer_to(KeyTableDialog(outcome.keys))

    def _hold_keys(self, work: Awaitable[None]) -> None:
        self._app.act(work, group="form")

    async def compose(self, bench: Bench, draft: MessageDraft) -> ComposeEnd:
        def remember(sent: SentDraft) -> None:
            others = [each for each in self.drafts(bench.name) if each.draft != sent.draft]
            self._drafts[bench.name] = (sent, *others)[:DRAFTS_MAX]

        dialog = ComposeDialog(
            bench,
            draft,
            self._send,
            lambda: self._app.clock,
            remember,
            self.message_id,
            known_values(self.snapshot),
        )
        return await self._answer_to(dialog)

    def drafts(self, bench: str) -> Sequence[SentDraft]:
        return self._drafts.get(bench, ())

    def message_id(self) -> str:
        # The second, and a number within the session.
        second = file_stamp(self.clock.now).replace("-", "")
        return f"composed-{second}-{next(self._message_numbers)}"

    async def prompt(self, prompt: Prompt) -> str | None:
        return await self._answer_to(PromptDialog(prompt))

    def select_connector(self, connector_id: int) -> None:
        self._app.select_connector(connector_id)

    async def choose(self, title: str, choices: Sequence[Choice]) -> str | None:
        return await self._answer_to(ChooseDialog(title, choices))

    def show(
        self,
        title: str,
        facts: FactSource,
        *,
        label_width: int = 9,
        step: Callable[[CursorMove], None] | None = None,
        copied: Callable[[Snapshot, Clock], Copyable | None] | None = None,
        acts: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        shown = (self.snapshot, self.clock)
        dialog = FactsDialog(
            title, facts, *shown, label_width=label_width, step=step, copied=copied, acts=acts
        )
        self._app.push_screen(dialog)

    def tell(self, text: Content) -> None:
        self._app.tell(text)
        self._say_in_dialog(text)

    def refuse(self, why: Content) -> None:
        self._app.refuse(why)
        self._say_in_dialog(Content.styled(why.plain, "$text-warning"))

    def _say_in_dialog(self, words: Content) -> None:
        if isinstance(dialog := self._app.screen, Dialog):
            dialog.say(words)

    def remembered(self, what: str) -> tuple[str, ...]:
        """What was typed in fields of this name before, newest first."""
        return tuple(self._memory.get(what, ()))

    def remember(self, what: str, text: str) -> None:
        """Keep what was typed."""
        if text:
            others = [known for known in self._memory.get(what, ()) if known != text]
            self._memory[what] = [text, *others][:REMEMBERED_MAX]

    async def go_to(self, screen: str) -> None:
        await self._app.go_to(screen)

    async def look_at_keys(self, lens: KeyLens) -> None:
        self._app.store.lens_is(lens)
        await self.go_to("configuration")
        self._app.flush()

    def change_zone(self) -> None:
        self._app.change_zone()

    def change_bell(self) -> None:
        self._app.change_bell()

    def repaint(self) -> None:
        self._app.action_repaint()

    def show_help(self) -> None:
        main = self._app.main
        pane, focused = main.focused_pane, main.focused
        helped = None
        if pane is not None and pane.TITLE:
            has_rows = isinstance(pane, TablePane)
            names = {pane.NAME, pane.CURSOR} if isinstance(pane, TablePane) else {pane.NAME}
            helped = HelpedPane(
                pane.TITLE,
                frozenset(filter(None, names)),
                has_rows,
                pane.HELP_SENTENCES,
                focused.BINDINGS if focused else (),
            )
        title = f"Screen {self.key_of(f'screen.{main.NAME}')}: {main.CALLED}"
        columns = self._app.size.width
        facts = help_facts(self._app.keymap, self.snapshot, main.NAME, title, helped, columns)
        colors = Fact("", safe_text(self._app.terminal_colors.sentences))
        facts += [Fact("", Content("")), heading("Colours"), colors]
        self.show("Help", lambda _snapshot, _clock: facts, label_width=11)

    async def show_menu(self) -> None:
        actions = [each for each in self._app.keymap.actions.values() if each is not show_menu]
        screens = [*self._app.screen_classes]
        choices = palette(actions, self._app.keymap, self.snapshot, self.screen, screens)
        dialog = ChooseDialog("All actions", choices, recent=self._chosen)
        if (action_id := await self._answer_to(dialog)) is not None:
            others = [known for known in self._chosen if known != action_id]
            self._chosen = [action_id, *others][:REMEMBERED_MAX]
            action = self._app.keymap.actions[action_id]
            if action.why_not(self.snapshot) is None:
                await action.run(self)
            else:
                # It says why.
                self._app.action_operate(action_id)

    async def choose_theme(self) -> None:
        app = self._app
        if app.no_color:
            app.refuse(safe_text(f"colours are off: {app.terminal_colors.why}"))
            return
        dialog = ThemePicker(
            app.available_themes,
            start=app.theme,
            colors=app.terminal_colors,
            glyphs=app.glyphs.value,
            wrong=app.wrong_themes,
        )
        if (chosen := await self._answer_to(dialog)) is not None:
            app.choose_theme(chosen)

    async def _other_screens(self) -> int:
        """How many other screens show this charge point, as far as it says so at once."""
        connection = self._app.commands.connection
        if connection is None or self.snapshot.hung_since is not None:
            return 0
        # One of another version may not know the question.
        with suppress(RpcError, ConnectionLost, TimeoutError):
            async with asyncio.timeout(SCREENS_S):
                found = (await connection.call("screens")).result
                return found if type(found) is int else 0
        return 0

    async def _quit_as_host(self) -> None:
        others = await self._other_screens()
        question = ConfirmQuestion("End the demo?", end_of_demo_facts(others), "End it")
        if not others or await self.ask(question):
            self._app.exit(LEAVE)

    async def quit(self) -> None:
        if self._is_host and self.snapshot.has_engine:
            await self._quit_as_host()
            return
        if not self._may_stop() or not self.snapshot.has_engine:
            self._app.exit(LEAVE)
            return
        others = await self._other_screens()
        options = (
            Option(LEAVE, "l", "Leave it running", short="Leave"),
            Option(STOP, "s", "Stop it", short="Stop"),
            Option("cancel", "c", "Cancel"),
        )
        leave = "it goes on charging and talking"
        stop = "it ends as if power went away; nothing that waits is lost"
        if self.snapshot.hung_since is not None:
            leave = "it stays as it is, and does not answer now"
            stop = "it does not answer: after 20 s it is ended by force, as if power went away"

        def facts(snapshot: Snapshot) -> list[Fact]:
            return [
                Fact("", Content("This screen started the charge point. When the screen closes:")),
                Fact("Leave", Content(f"{leave}; cp-tui attach shows it again")),
                Fact("Stop", Content(stop)),
                *screens_facts(others),
                *running_facts(snapshot, "ends with the program where it is stopped"),
                *[
                    Fact("Waits", Content.assemble(run.name, ": its outcome is not told any more"))
                    for run in self._app.commands.under_way
                ],
            ]

        dialog = AskDialog("Quit", facts, options, self.snapshot)
        if (answer := await self._answer_to(dialog)) in (LEAVE, STOP):
            self._app.exit(answer)

    async def _send(self, call: CommandCall, under_way: Callable[[CommandRun], None]) -> CommandRun:
        """Send for a form; when the form is closed, the command goes on without it."""
        run = self._app.commands.begin(call)
        run.watcher = under_way
        under_way(run)
        worker = self._app.run_worker(
            self._app.commands.finish(run), name=call.method, group="action"
        )
        # A closed form stops waiting; the command itself goes on.
        return await asyncio.shield(worker.wait())
