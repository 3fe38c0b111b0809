"""The desk of the actions on a real screen: dialogs, line of activity, zoom, help, theme, quit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.tui.actions import BY_ID
from cp_tui.tui.commands import Call, CommandRun
from cp_tui.tui.desk import Choice, FactSource, Form, Question
from cp_tui.tui.dialogs.choose import ChooseDialog
from cp_tui.tui.dialogs.confirm import ConfirmDialog
from cp_tui.tui.dialogs.facts import FactsDialog
from cp_tui.tui.dialogs.form import FormDialog
from cp_tui.tui.dialogs.key_table import KeyTableDialog
from cp_tui.tui.dialogs.options import Option, OptionsDialog
from cp_tui.tui.help import help_facts
from cp_tui.tui.operations import running_facts
from cp_tui.tui.outcome import Outcome
from cp_tui.tui.safe_text import clean, safe_text
from cp_tui.tui.screens.schedule import ScheduleScreen
from cp_tui.tui.store import Snapshot
from cp_tui.tui.view.connectors import connector_details
from cp_tui.tui.view.facts import Fact
from cp_tui.tui.view.keys import key_details
from cp_tui.tui.view.profile_periods import period_list
from cp_tui.tui.view.profiles import profile_details
from cp_tui.tui.view.words import Clock
from cp_tui.tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from cp_tui.tui.app import CpTuiApp

REMEMBERED_MAX = 8
"""Texts kept per field: what one person types in a session."""

LEAVE, STOP, RECONNECT = "leave", "stop", "reconnect"


class ScreenDesk:
    """Implements `Desk` on the app."""

    def __init__(self, app: CpTuiApp) -> None:
        self._app = app
        self._memory: dict[str, list[str]] = {}

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
        shown = self._app.main
        screen = shown if isinstance(shown, ScheduleScreen) else self._app.dashboard
        return screen.schedule.timeline

    def timeline_schedules(self) -> Sequence[CompositeSchedule]:
        """What the timeline knows, from connector 0 on."""
        return self._timeline.schedules

    def timeline_svg(self) -> str:
        """The timeline as it stands on the screen, as a picture."""
        identity = self.snapshot.identity
        return self._timeline.as_svg(clean(identity.charge_point_id) if identity else "cp-tui")

    async def command(self, call: Call) -> None:
        """Send a command; its state and outcome appear in the line of activity."""
        await self._app.commands.finish(self._app.commands.begin(call))

    async def ask(self, question: Question) -> bool:
        """Ask once; escape is no."""
        dialog = ConfirmDialog(question)
        return await self._app.push_screen_wait(dialog)

    async def fill(self, form: Form) -> None:
        """Let a form be filled; a table of keys gets a dialog of its own."""
        dialog = FormDialog(form, self._send, lambda: self._app.clock)
        outcome = await self._app.push_screen_wait(dialog)
        if isinstance(outcome, Outcome) and outcome.keys is not None:
            await self._app.push_screen_wait(KeyTableDialog(outcome.keys))

    async def choose(self, title: str, choices: Sequence[Choice]) -> str | None:
        """Let one of a list be chosen."""
        return await self._app.push_screen_wait(ChooseDialog(title, choices))

    def show(self, title: str, facts: FactSource) -> None:
        """Show facts until they are put away."""
        self._app.push_screen(FactsDialog(title, facts, self.snapshot, self.clock))

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

    def screen_does(self, what: str) -> None:
        """Do something that concerns the screen alone."""
        acts: dict[str, Callable[[], object]] = {
            "dashboard": lambda: self._go_to("dashboard"),
            "schedule": lambda: self._go_to("schedule"),
            "zone": self._app.change_zone,
            "explain": self._explain,
            "zoom": self._app.main.zoom,
            "filter": lambda: self._app.run_worker(self._filter()),
            "next": lambda: self._app.main.next_pane(1),
            "previous": lambda: self._app.main.next_pane(-1),
            "help": self._help,
            "log": self._log,
            "palette": self._palette,
            "theme": self._themes,
            "quit": self._quit,
        }
        acts[what]()

    def _go_to(self, name: str) -> None:
        self._app.run_worker(self._app.go_to(name), group="screen")

    async def _filter(self) -> None:
        """The keys are on the dashboard."""
        await self._app.go_to("dashboard")
        self._app.dashboard.keys.open_filter()

    # --- details ----------------------------------------------------------------------------------

    def show_connector(self, connector_id: int) -> None:
        """Everything about a connector."""

        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            connector = snapshot.connector(connector_id)
            return connector_details(snapshot, connector, clock) if connector else []

        self.show(
            f"Connector {connector_id}" if connector_id else "Charge point (connector 0)", facts
        )

    def show_profile(self, profile_id: int) -> None:
        """Everything about a charging profile."""

        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            entry = snapshot.profile(profile_id)
            if entry is None:
                return [Fact("", Content(f"Profile #{profile_id} is no longer installed."))]
            return [
                *profile_details(entry, clock),
                Fact("Periods", period_list(entry.profile, "·")),
            ]

        self.show("Charging profile", facts)

    def _explain(self) -> None:
        """Everything about the limit at the cursor, as it is when it is asked for."""
        first, *rest = self._timeline.explanation()
        facts = [
            Fact("", Content.styled(first, "bold")),
            *(Fact("", Content(line)) for line in rest),
        ]
        self.show("Why this limit", lambda _snapshot, _clock: facts)

    def show_key(self, key: str) -> None:
        """Everything about a configuration key."""

        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            entry = snapshot.entry(key)
            if entry is None:
                return [
                    Fact("Key", safe_text(key)),
                    Fact("", Content("The charge point has no such key.")),
                ]
            return key_details(snapshot, entry, clock)

        self.show("Configuration key", facts)

    # --- the screen alone -------------------------------------------------------------------------

    def _help(self) -> None:
        pane = self._app.main.focused_pane
        title = pane.TITLE if pane else ""
        lines = pane.HELP_LINES if pane else ()
        focused = self._app.main.focused
        bindings = focused.BINDINGS if focused else ()
        facts = help_facts(title, lines, bindings, self._app.keymap, self.snapshot)
        self._app.push_screen(
            FactsDialog("Help", lambda _s, _c: facts, self.snapshot, self.clock, label_width=11)
        )

    def _log(self) -> None:
        def facts(snapshot: Snapshot, clock: Clock) -> list[Fact]:
            lines: list[Fact] = []
            for run in reversed(self._app.commands.runs):
                lines += [Fact("", run.line(clock))]
                lines += run.outcome.all_facts()[1:] if run.outcome else []
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
                Content.styled(self._app.keymap.first(action), "bold"),
            )
            return Choice(action_id, title, note, Content(action.help), action.group.value)
        about = Content.assemble(
            f"{action.help} ", Content.styled(f"Not now: {why}", "$text-warning")
        )
        dim = Content.styled(action.title, "$text-muted dim strike")
        return Choice(
            action_id, dim, Content.styled("not now", "$text-warning"), about, action.group.value
        )

    def _themes(self) -> None:
        before = self._app.theme

        def chosen(name: str | None) -> None:
            self._app.theme = name or before

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
        if not self._app.quit_choice or not self.snapshot.has_engine:
            self._app.exit(LEAVE)
            return
        options = (
            Option(LEAVE, "l", "Leave it running"),
            Option(STOP, "s", "Stop it"),
            Option("cancel", "c", "Cancel"),
        )
        running = running_facts(self.snapshot, "ends with the program where it is stopped")
        facts = [
            Fact("", Content("This screen started the charge point. When the screen closes:")),
            Fact("Leave", Content("it goes on charging and talking; cp-tui attach shows it again")),
            Fact("Stop", Content("it ends as if power went away; nothing that waits is lost")),
            *running,
        ]

        def chosen(answer: str | None) -> None:
            if answer in (LEAVE, STOP):
                self._app.exit(answer)

        self._app.push_screen(OptionsDialog("Quit", facts, options), chosen)

    async def engine_lost(self, text: str) -> str:
        """Say that the engine is gone, and ask what to do."""
        facts = [
            Fact("", Content.styled("The connection to the engine is lost.", "bold $text-error")),
            Fact("", safe_text(text)),
            Fact(
                "",
                Content("What is shown is as it was then. The charge point may still be running."),
            ),
        ]
        options = (Option(RECONNECT, "r", "Reconnect"), Option(LEAVE, "l", "Leave"))
        dialog = OptionsDialog("No engine", facts, options, can_escape=False)
        return await self._app.push_screen_wait(dialog) or RECONNECT

    async def _send(self, call: Call, under_way: Callable[[CommandRun], None]) -> CommandRun:
        """Send for a form; when the form is closed, the command goes on without it."""
        run = self._app.commands.begin(call)
        under_way(run)
        worker = self._app.run_worker(
            self._app.commands.finish(run), name=call.method, group="action"
        )
        # A closed form stops waiting; the command itself goes on.
        return await asyncio.shield(worker.wait())
