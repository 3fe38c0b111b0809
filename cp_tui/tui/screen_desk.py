"""The desk of the actions on a real screen: dialogs, line of activity, zoom, help, theme, quit."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.tui.actions.action import ScreenAction
from cp_tui.tui.actions.commands import CommandCall, CommandRun
from cp_tui.tui.actions.desk import Choice, ConfirmQuestion, Form
from cp_tui.tui.actions.drafts import DRAFTS_MAX, Bench, ComposeEnd, MessageDraft, SentDraft
from cp_tui.tui.actions.help import help_facts
from cp_tui.tui.actions.outcome import CommandOutcome
from cp_tui.tui.compose.dialog import ComposeDialog
from cp_tui.tui.dashboard.alarm_text import alarm_facts
from cp_tui.tui.dashboard.consequences import running_facts
from cp_tui.tui.dashboard.screen import alarm_keys
from cp_tui.tui.dialogs.choose import ChooseDialog
from cp_tui.tui.dialogs.confirm import ConfirmDialog
from cp_tui.tui.dialogs.dialog import Dialog, T
from cp_tui.tui.dialogs.facts import FactsDialog
from cp_tui.tui.dialogs.form import FormDialog
from cp_tui.tui.dialogs.key_table import KeyTableDialog
from cp_tui.tui.dialogs.options import Option, OptionsDialog
from cp_tui.tui.registry import BY_ID
from cp_tui.tui.state.key_lens import KeyLens
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.facts import Fact, FactSource
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.words import Clock
from cp_tui.tui.timeline.timeline import Timeline
from cp_tui.tui.widgets.line_table import CursorMove

if TYPE_CHECKING:
    from cp_tui.tui.app import CpTuiApp

REMEMBERED_MAX = 8
"""Texts kept per field: what one person types in a session."""

LEAVE, STOP = "leave", "stop"


class ScreenDesk:
    """Implements `Desk` on the app."""

    def __init__(self, app: CpTuiApp) -> None:
        self._app = app
        self._memory: dict[str, list[str]] = {}
        self._drafts: dict[str, tuple[SentDraft, ...]] = {}
        self._message_numbers = itertools.count(1)

    @property
    def snapshot(self) -> Snapshot:
        """What is known now."""
        return self._app.store.snapshot

    @property
    def clock(self) -> Clock:
        """Now, and the zone of the reader."""
        return self._app.clock

    @property
    def pane(self) -> str:
        """The id of the pane that has the focus."""
        pane = self._app.main.focused_pane
        return pane.NAME if pane else ""

    @property
    def screen(self) -> str:
        """The id of the screen that is shown."""
        return self._app.main.NAME

    @property
    def _timeline(self) -> Timeline:
        screens = (self._app.main, *self._app.main_screens.values())
        return next(screen.timeline for screen in screens if screen.timeline is not None)

    def timeline_schedules(self) -> Sequence[CompositeSchedule]:
        """What the timeline knows, from connector 0 on."""
        return self._timeline.schedules

    def timeline_svg(self) -> str:
        """The timeline as it stands on the screen, as a picture."""
        identity = self.snapshot.identity
        return self._timeline.as_svg(drawn(identity.charge_point_id) if identity else "cp-tui")

    @property
    def filter(self) -> str:
        """What is typed into the filter of the screen that is shown."""
        pane = self._app.main.filtered_pane
        return pane.words if pane else ""

    def show_filtered(self, screen: str, words: str) -> None:
        """Show another screen, with these words in its filter."""

        async def show() -> None:
            await self._app.go_to(screen)
            pane = self._app.main.filtered_pane
            if pane is not None and self._app.main is self._app.main_screens[screen]:
                pane.open_filter(words)
                pane.take_focus()

        self._app.act(show(), group="screen")

    def copy(self, text: str) -> None:
        """Send a text to the clipboard of the terminal; nobody learns whether it arrives."""
        self._app.copy_to_clipboard(text)

    async def command(self, call: CommandCall) -> None:
        """Send a command; its state and outcome appear in the line of activity."""
        run = self._app.commands.begin(call)
        with self._app.gate.waiting():
            await self._app.commands.finish(run)

    async def _answer_to(self, dialog: Dialog[T]) -> T:
        """Show a dialog and wait for what comes of it; the keys are for the dialog."""
        with self._app.gate.waiting(dialog):
            return await self._app.push_screen_wait(dialog)

    async def ask(self, question: ConfirmQuestion) -> bool:
        """Ask once; escape is no."""
        dialog = ConfirmDialog(question, self.snapshot)
        return await self._answer_to(dialog)

    async def fill(self, form: Form) -> None:
        """Let a form be filled; a table of keys gets a dialog of its own."""
        dialog = FormDialog(form, self._send, lambda: self._app.clock, self._hold_keys)
        outcome = await self._answer_to(dialog)
        if isinstance(outcome, CommandOutcome) and outcome.keys is not None:
            await self._answer_to(KeyTableDialog(outcome.keys))

    def _hold_keys(self, work: Awaitable[None]) -> None:
        self._app.act(work, group="form")

    async def compose(self, bench: Bench, draft: MessageDraft) -> ComposeEnd:
        """Let a message be composed and sent; tells how the bench was left."""

        def remember(sent: SentDraft) -> None:
            others = [each for each in self.drafts(bench.name) if each.draft != sent.draft]
            self._drafts[bench.name] = (sent, *others)[:DRAFTS_MAX]

        dialog = ComposeDialog(
            bench, draft, self._send, lambda: self._app.clock, remember, self.message_id
        )
        return await self._answer_to(dialog)

    def drafts(self, bench: str) -> Sequence[SentDraft]:
        """What was sent from a bench in this session, newest first."""
        return self._drafts.get(bench, ())

    def message_id(self) -> str:
        """A message id that was not used before: the second, and a number within the session."""
        return f"composed-{self.clock.now:%Y%m%d%H%M%S}-{next(self._message_numbers)}"

    async def choose(self, title: str, choices: Sequence[Choice]) -> str | None:
        """Let one of a list be chosen."""
        return await self._answer_to(ChooseDialog(title, choices))

    def show(
        self, title: str, facts: FactSource, step: Callable[[CursorMove], None] | None = None
    ) -> None:
        """Show facts until they are put away; where they can, they step to their neighbours."""
        self._app.push_screen(FactsDialog(title, facts, self.snapshot, self.clock, step=step))

    def tell(self, text: Content) -> None:
        """Say something in the line of activity."""
        self._app.tell(text)

    def remembered(self, what: str) -> tuple[str, ...]:
        """What was typed in fields of this name before, newest first."""
        return tuple(self._memory.get(what, ()))

    def remember(self, what: str, text: str) -> None:
        """Keep what was typed."""
        if text:
            others = [known for known in self._memory.get(what, ()) if known != text]
            self._memory[what] = [text, *others][:REMEMBERED_MAX]

    def look_at_keys(self, lens: KeyLens) -> None:
        """Show the configuration keys that the lens lets through."""
        self._app.store.lens_is(lens)
        self.screen_does("configuration")
        self._app.flush()

    def look_at(self, screen: str, part: str) -> None:
        """Show a screen, and a part of it by its id."""

        async def go() -> None:
            await self._app.go_to(screen)
            self._app.main.look_at(part)

        self._app.act(go(), group="screen")

    def screen_does(self, what: str) -> None:
        """Do something that concerns the screen alone."""
        acts: dict[str, Callable[[], object]] = {
            "zone": self._app.change_zone,
            "alarms": self._alarms,
            "explain": self._explain,
            "zoom": self._app.main.zoom,
            "filter": self._filter,
            "pause": self._app.main.pause,
            "next": lambda: self._app.main.next_pane(1),
            "jump": self._app.main.begin_jump,
            "previous": lambda: self._app.main.next_pane(-1),
            "help": self._help,
            "log": self._log,
            "palette": self._palette,
            "theme": self._themes,
            "quit": self._quit,
        }
        if what in self._app.main_screens:
            self._app.act(self._app.go_to(what), group="screen")
        else:
            acts[what]()

    def _filter(self) -> None:
        pane = self._app.main.filtered_pane
        if pane is None:
            # The line stays when another screen is shown.
            here = BY_ID[f"screen.{self.screen}"].keys[0]
            self._app.refuse(Content(f"there is nothing to filter on screen {here}"))
        else:
            pane.open_filter()

    def _alarms(self) -> None:
        keys = alarm_keys(self._app.keymap)
        self.show("What is wrong now", lambda snapshot, clock: alarm_facts(snapshot, clock, keys))

    def _explain(self) -> None:
        """Everything about the limit at the cursor, as it is when it is asked for."""
        if self.screen == "dashboard" and self.pane != "schedule":
            # The limit of the connector that is selected elsewhere, now.
            explained = self._timeline.explanation(self.snapshot.connector_id)
        else:
            explained = self._timeline.explanation()
        if not explained:
            self._app.refuse(Content("no schedule is known yet"))
            return
        first, *rest = explained
        facts = [
            Fact("", Content.styled(first, "bold")),
            *(Fact("", Content(line)) for line in rest),
        ]
        # It stays as it was asked for, and so it says when that was.
        asked = self.clock.time(self.clock.now)
        self.show(f"Why this limit, as of {asked}", lambda _snapshot, _clock: facts)

    # --- the screen alone -------------------------------------------------------------------------

    def _help(self) -> None:
        pane = self._app.main.focused_pane
        title = pane.TITLE if pane else ""
        lines = pane.HELP_LINES if pane else ()
        focused = self._app.main.focused
        bindings = focused.BINDINGS if focused else ()
        facts = help_facts(title, lines, bindings, self._app.keymap, self.screen, self.snapshot)
        self._app.push_screen(
            FactsDialog("Help", lambda _s, _c: facts, self.snapshot, self.clock, label_width=11)
        )

    def _log(self) -> None:
        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            lines: list[Fact] = []
            for run in reversed(self._app.commands.runs):
                lines += [Fact("", run.lines(clock)[0])]
                # Result and reason stand in the line.
                said = run.outcome.all_facts() if run.outcome else []
                lines += [fact for fact in said if fact.label not in ("Result", "Why")]
            return lines or [Fact("", Content("no command was asked from this screen yet"))]

        self._app.push_screen(
            FactsDialog("Commands of this screen", facts, self.snapshot, self.clock, label_width=12)
        )

    def _palette(self) -> None:
        def chosen(action_id: str | None) -> None:
            if action_id is not None:
                self._app.action_operate(action_id)

        choices = [self._choice(action_id) for action_id in BY_ID if action_id != "screen.palette"]
        self._app.push_screen(ChooseDialog("All actions", choices), chosen)

    def _choice(self, action_id: str) -> Choice:
        action = BY_ID[action_id]
        why = action.why_not(self.snapshot)
        if why is None:
            title, note = (
                Content(action.title),
                Content.styled(self._keys_to(action), "bold"),
            )
            return Choice(action_id, title, note, Content(action.help), action.group.value)
        about = Content.assemble(
            f"{action.help} ", Content.styled(f"Not now: {why}", "$text-warning")
        )
        dim = Content.styled(action.title, "$text-muted dim strike")
        return Choice(
            action_id, dim, Content.styled("not now", "$text-warning"), about, action.group.value
        )

    def _keys_to(self, action: ScreenAction) -> str:
        """The key of an action; after the key of its screen where it does nothing on this one."""
        key = self._app.keymap.first(action)
        if not key or action.works_on(self._app.main.NAME):
            return key
        there = next(name for name in self._app.main_screens if action.works_on(name))
        return f"{self._app.keymap.first(BY_ID[f'screen.{there}'])} {key}"

    def _themes(self) -> None:
        if self._app.no_color:
            self._app.refuse(Content("colours are off: NO_COLOR is set in the environment"))
            return
        before = self._app.theme

        def chosen(name: str | None) -> None:
            if name is None:
                self._app.theme = before
            else:
                self._app.choose_theme(name)

        def preview(name: str) -> None:
            self._app.theme = name

        themes = self._app.available_themes
        choices = [
            Choice(name, safe_text(name), Content("dark" if themes[name].dark else "light"))
            for name in sorted(themes, key=lambda name: (not name.startswith("cp-"), name))
        ]
        dialog = ChooseDialog("Choose a theme", choices, start=before, preview=preview)
        self._app.push_screen(dialog, chosen)

    def _quit(self) -> None:
        if not self._app.may_stop() or not self.snapshot.has_engine:
            self._app.exit(LEAVE)
            return
        options = (
            Option(LEAVE, "l", "Leave it running"),
            Option(STOP, "s", "Stop it"),
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
                *running_facts(snapshot, "ends with the program where it is stopped"),
                *[
                    Fact("Waits", Content.assemble(run.name, ": its outcome is not told any more"))
                    for run in self._app.commands.under_way
                ],
            ]

        def chosen(answer: str | None) -> None:
            if answer in (LEAVE, STOP):
                self._app.exit(answer)

        self._app.push_screen(OptionsDialog("Quit", facts, options, self.snapshot), chosen)

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
