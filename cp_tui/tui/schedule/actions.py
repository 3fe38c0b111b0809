"""The part of the registry that is about charging profiles and what they come to over time."""

from __future__ import annotations

from cp_tui.tui.actions import conditions as possible
from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.dashboard.operations import on_screen
from cp_tui.tui.schedule import operations as do

SCHEDULE_SHOWN = frozenset({"dashboard", "schedule"})
"""The screens with a timeline."""

SCHEDULE_ACTIONS: tuple[ScreenAction, ...] = (
    ScreenAction(
        "schedule.explain",
        "Why this limit",
        "The limit at the cursor in full: who sets it, until when, who lost and why.",
        Group.SCHEDULE,
        on_screen("explain"),
        ("y",),
        short="Why",
        screens=SCHEDULE_SHOWN,
        why_not=possible.schedule,
    ),
    ScreenAction(
        "schedule.clear",
        "Clear a charging profile",
        "Remove the selected profile, as ClearChargingProfile would; asks first.",
        Group.SCHEDULE,
        do.clear_profile,
        ("x",),
        short="Clear",
        pane="profiles",
        screens=SCHEDULE_SHOWN,
        why_not=possible.with_profiles,
    ),
    ScreenAction(
        "schedule.clear_matching",
        "Clear charging profiles by filter",
        "Remove every profile with this id, or with this connector, purpose and level.",
        Group.SCHEDULE,
        do.clear_matching,
        ("X",),
        screens=SCHEDULE_SHOWN,
        why_not=possible.with_profiles,
    ),
    ScreenAction(
        "schedule.install",
        "Install a charging profile",
        "Fill in a profile; it is checked by the rules of SetChargingProfile.",
        Group.SCHEDULE,
        do.install,
        ("i",),
        short="Install",
        pane="profiles",
        screens=SCHEDULE_SHOWN,
        why_not=possible.change,
    ),
    ScreenAction(
        "schedule.install_file",
        "Install a charging profile from a file",
        "Read csChargingProfiles, or a whole SetChargingProfile.req, from a JSON file.",
        Group.SCHEDULE,
        do.install_file,
        ("I",),
        screens=SCHEDULE_SHOWN,
        why_not=possible.change,
    ),
    ScreenAction(
        "schedule.export",
        "Export the schedule",
        "Write what the timeline knows to a file: CSV where its name ends so, else JSON.",
        Group.SCHEDULE,
        do.export,
        ("E",),
        short="Export",
        screens=SCHEDULE_SHOWN,
        why_not=possible.schedule,
    ),
    ScreenAction(
        "schedule.picture",
        "Save the timeline as a picture",
        "Write the timeline as it stands on the screen to an SVG file.",
        Group.SCHEDULE,
        do.save_picture,
        ("P",),
        screens=SCHEDULE_SHOWN,
        why_not=possible.schedule,
    ),
)
"""In the order of the palette."""
