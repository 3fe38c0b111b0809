"""The actions on charging profiles, and on what they come to over time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import get_args

from msgspec.structs import replace
from textual.content import Content

from cp_tui.charge_point.smart_charging.export import to_csv, to_json
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.variables import ProfileEntry
from cp_tui.engine.disk import on_disk
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import action
from cp_tui.tui.actions.command_form import OPTIONAL_CHOICE, filled, parameters
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Choice, ConfirmQuestion, Desk, Form, FormField, Job, Prompt
from cp_tui.tui.actions.saving import path_field, save
from cp_tui.tui.schedule.profile_file import Kind, from_file, from_form
from cp_tui.tui.schedule.profiles_text import in_order, now_content, profile_details
from cp_tui.tui.state.log_state import LogPlace, other_schedule
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.copying import CopiedField, Copyable, copyable
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.log_words import told_otherwise
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.moment import ALLOWED, day_of_log, moment
from cp_tui.tui.text.paths import UnusableInput
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.words import Clock

TIMELINES = ("dashboard", "schedule")
"""The screens with a timeline."""

schedule_action = partial(action, screens=",".join(TIMELINES))
"""Their keys work where a timeline is shown."""

ALL = "all"
"""What has to be typed to clear every profile."""


@schedule_action(
    "schedule.explain", "Why this limit", means=Meaning.WHY, short="Why", when=conditions.schedule
)
async def explain(desk: Desk) -> None:
    """The limit at the cursor in full: who sets it, until when, who lost and why."""
    if desk.screen == "dashboard" and desk.pane != "schedule":
        # The limit of the connector that is selected elsewhere, now.
        connector_id = desk.snapshot.connector_id
        explained = desk.timeline.explanation(connector_id)
    else:
        connector_id = desk.timeline.connector_id
        explained = desk.timeline.explanation()
    if not explained:
        desk.refuse(Content("no schedule is known yet"))
        return
    first, *rest = explained
    facts = [Fact("", Content.styled(first, "bold")), *(Fact("", Content(line)) for line in rest)]
    if (log := desk.snapshot.log) is not None:
        facts += ours_facts(log, connector_id, desk.clock)
    # It stays as it was asked for, and so it says when that was.
    asked = desk.clock.time(desk.clock.now)
    copied = copyable_explanation(explained, desk.snapshot.charging_schedules.get(connector_id))
    desk.show(
        f"Why this limit, as of {asked}",
        lambda _snapshot, _clock: facts,
        copied=lambda _snapshot, _clock: copied,
    )


def ours_facts(log: LogPlace, connector_id: int, clock: Clock) -> list[Fact]:
    """What the charge point of a log told of its limits, where it is not what ours comes to."""
    other = other_schedule(log, connector_id)
    if other is None:
        return []
    head, why = told_otherwise(other, clock), safe_text(f": {other.reason} ({other.rule})")
    return [Fact("", Content.assemble(head, why))]


def copyable_explanation(
    explained: Sequence[str], schedule: CompositeSchedule | None
) -> Copyable | None:
    """What is said of a limit, sentence by sentence, and the schedule that it is on."""
    labels = chain(["At the cursor"], repeat("Why"))
    fields = (CopiedField(*each) for each in zip(labels, explained, strict=False))
    return copyable(fields, schedule)


@action("schedule.go_to", "Go to a time on the schedule", when=conditions.schedule)
async def go_to_time(desk: Desk) -> None:
    """Type when: 22:30, 9, 22:30 tomorrow, +2h, a date and time; the cursor goes there."""
    if desk.screen not in TIMELINES:
        await desk.go_to("schedule")
    # The schedules are in the clock of the charge point, and so is what is read on the timeline.
    now, log = desk.timeline.now, desk.snapshot.log
    begin = log.begin if log is not None else None

    def clock_of(typed: str) -> Clock:
        """Of a log a time of day may have gone by; all else is counted from now."""
        if begin is None or not typed.strip()[:1].isdigit():
            return replace(desk.clock, now=now)
        return replace(desk.clock, now=day_of_log(begin, now, desk.clock.zone))

    def check(text: str) -> str | None:
        try:
            moment(text, clock_of(text))
        except ValueError as error:
            return f"{error}"
        return None

    if (typed := await desk.prompt(Prompt("Go to", ALLOWED, check))) is not None:
        desk.timeline.go_to(moment(typed, clock_of(typed)))


@schedule_action(
    "schedule.clear",
    "Clear a charging profile",
    means=Meaning.REMOVE,
    short="Clear",
    screens="schedule",
    pane="profiles",
    when=conditions.with_profiles,
)
async def clear_profile(desk: Desk) -> None:
    """Remove the selected profile, as ClearChargingProfile would; asks first."""
    entry = desk.snapshot.profile(desk.snapshot.profile_id) if desk.screen == "schedule" else None
    entry = entry or await _chosen(desk)
    if entry is None:
        return
    profile = entry.profile
    title = f"Clear {profile.charging_profile_purpose.value} #{profile.charging_profile_id}?"
    facts = [
        *profile_details(entry, desk.clock),
        Fact("Then", Content("the next of the stack holds at once, else the hardware limit")),
    ]
    if await desk.ask(ConfirmQuestion(title, facts, "Clear")):
        call = CommandCall("clear_charging_profile", {"profile_id": profile.charging_profile_id})
        await desk.command(call)


async def _chosen(desk: Desk) -> ProfileEntry | None:
    choices = [
        Choice(
            str(each.profile.charging_profile_id),
            Content(
                f"#{each.profile.charging_profile_id} "
                f"{each.profile.charging_profile_purpose.value} "
                f"level {each.profile.stack_level} on connector {each.connector_id}"
            ),
            Content(""),
            now_content(each),
        )
        for each in in_order(desk.snapshot.profiles)
    ]
    key = await desk.choose("Clear which charging profile?", choices)
    return None if key is None else desk.snapshot.profile(int(key))


@schedule_action(
    "schedule.clear_matching",
    "Clear charging profiles by filter",
    means=Meaning.REMOVE_MANY,
    when=conditions.with_profiles,
)
async def clear_matching(desk: Desk) -> None:
    """Remove every profile with this id, or with this connector, purpose and level."""
    purposes = parameters("clear_charging_profile")["purpose"].choices
    fields = (
        FormField("profile_id", "Id", placeholder=f"alone decides; {ALL}: every profile"),
        FormField("connector_id", "Connector", placeholder="optional; 0 is the charge point"),
        FormField("purpose", "Purpose", placeholder=OPTIONAL_CHOICE, choices=purposes),
        FormField("stack_level", "Level", placeholder="optional"),
    )

    def call(values: Mapping[str, str]) -> CommandCall:
        given = {name: text.strip() for name, text in values.items() if text.strip()}
        if not given:
            why = f"nothing given would clear every profile: type {ALL} as the id for that"
            raise UnusableInput(why, "profile_id")
        everything = CommandCall("clear_charging_profile")
        return everything if given == {"profile_id": ALL} else filled(everything, fields, given)

    await desk.fill(Form("Clear charging profiles that match", fields, "Clear", call))


@schedule_action(
    "schedule.install",
    "Install a charging profile",
    means=Meaning.INSTALL,
    short="Install",
    pane="profiles",
    when=conditions.change,
)
async def install(desk: Desk) -> None:
    """Fill in a profile; it is checked by the rules of SetChargingProfile."""

    def call(values: Mapping[str, str]) -> CommandCall:
        found = from_form(values, desk.clock)
        return CommandCall("install_charging_profile", found.params())

    # On the screen of the schedule that of the timeline is selected, elsewhere that of the list.
    is_schedule = desk.screen == "schedule"
    connector_id = desk.timeline.connector_id if is_schedule else desk.snapshot.connector_id
    optional = "optional: now, 22:00 or 2026-01-05T22:00:00Z"
    periods = "start:limit[:phases], such as 0:16, 3600:8"
    purposes = ("TxDefaultProfile", "TxProfile", "ChargePointMaxProfile")
    fields = (
        FormField("id", value=str(_free_id(desk.snapshot))),
        FormField("connector", value=f"{connector_id}", placeholder="0: all connectors"),
        FormField("purpose", value=purposes[0], choices=purposes),
        FormField("level", value="0", placeholder="0 is the lowest"),
        FormField("kind", value="Absolute", choices=get_args(Kind)),
        FormField("unit", value="A", choices=tuple(ChargingRateUnitType)),
        FormField("periods", placeholder=periods, keep="periods"),
        FormField("duration", placeholder="optional", unit="s"),
        FormField("start", placeholder=optional),
        FormField("valid_from", placeholder=optional),
        FormField("valid_to", placeholder=optional),
    )
    await desk.fill(Form("Install a charging profile", fields, "Install", call))


@schedule_action(
    "schedule.install_file",
    "Install a charging profile from a file",
    means=Meaning.INSTALL_FILE,
    when=conditions.change,
)
async def install_file(desk: Desk) -> None:
    """Read csChargingProfiles, or a whole SetChargingProfile.req, from a JSON file."""

    def read(values: Mapping[str, str]) -> Job:
        path = Path(values["path"])

        async def job(tell: Callable[[str], None]) -> CommandCall:
            look = partial(from_file, path, values["connector"].strip())
            try:
                found = await on_disk(look, f"reading {path}", tell)
            except OSError as error:
                raise UnusableInput(f"{path}: {error.strerror}") from None
            return CommandCall("install_charging_profile", found.params())

        return job

    fields = (
        path_field("profile_path", "*.json"),
        FormField("connector", "Connector", placeholder="empty: as the file says"),
    )
    intro = (Content("csChargingProfiles, or a whole SetChargingProfile.req, as JSON."),)
    title = "Install a charging profile from a file"
    await desk.fill(Form(title, fields, "Install", read, intro, is_reading=True))


@schedule_action(
    "schedule.export",
    "Export the schedule",
    means=Meaning.EXPORT,
    short="Export",
    when=conditions.schedule,
)
async def export(desk: Desk) -> None:
    """Write what the timeline knows to a file: CSV where its name ends so, else JSON."""

    def pieces(path: Path) -> list[str]:
        write = to_csv if path.suffix.casefold() == ".csv" else to_json
        return [write(desk.timeline.schedules)]

    await save(desk, "Export the schedule", "schedule", "json", pieces, "*.csv for a spreadsheet")


@schedule_action(
    "schedule.picture",
    "Save the timeline as a picture",
    means=Meaning.PICTURE,
    when=conditions.schedule,
)
async def save_picture(desk: Desk) -> None:
    """Write the timeline as it stands on the screen to an SVG file."""

    def pieces(path: Path) -> list[str]:
        identity = desk.snapshot.identity
        return [desk.timeline.as_svg(drawn(identity.charge_point_id) if identity else "cp-tui")]

    await save(desk, "Save the timeline", "timeline", "svg", pieces, "*.svg")


def _free_id(snapshot: Snapshot) -> int:
    """An id that no installed profile has."""
    return 1 + max((each.profile.charging_profile_id for each in snapshot.profiles), default=0)
