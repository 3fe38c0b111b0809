"""The part of the registry that is about the CSMS of a demo."""

from __future__ import annotations

from cp_tui.tui.actions import conditions as possible
from cp_tui.tui.actions.action import Group, ScreenAction
from cp_tui.tui.csms import operations as do

CSMS_SHOWN = frozenset({"csms"})

CSMS_ACTIONS: tuple[ScreenAction, ...] = (
    ScreenAction(
        "csms.send",
        "Send an action of the CSMS",
        "The form of the selected action of the CSMS; its answer as the charge point gave it.",
        Group.CSMS,
        do.send,
        ("a",),
        short="Send",
        pane="csms-actions",
        screens=CSMS_SHOWN,
        why_not=possible.at_csms,
    ),
    ScreenAction(
        "csms.raw",
        "Send a raw frame of the CSMS",
        "The text of a whole frame of the CSMS, malformed on purpose if you like.",
        Group.CSMS,
        do.send_raw,
        ("c",),
        short="Raw",
        pane="csms-actions",
        screens=CSMS_SHOWN,
        why_not=possible.at_csms,
    ),
    ScreenAction(
        "csms.run",
        "Run a scenario",
        "Play the selected scenario with the charge point that runs, and check every step.",
        Group.CSMS,
        do.run,
        ("e",),
        short="Run",
        pane="csms-scenarios",
        screens=CSMS_SHOWN,
        why_not=possible.at_csms,
    ),
    ScreenAction(
        "csms.steps",
        "Steps of the scenario",
        "Each step of the scenario that runs or ran last, with what was seen to happen.",
        Group.CSMS,
        do.steps,
        ("v",),
        short="Steps",
        pane="csms-scenarios",
        screens=CSMS_SHOWN,
        why_not=possible.csms,
    ),
    ScreenAction(
        "csms.stop",
        "Stop the scenario or the story",
        "Stop what is played; the network cable is plugged in where a scenario has pulled it.",
        Group.CSMS,
        do.stop,
        ("x",),
        short="Stop it",
        pane="csms-scenarios",
        screens=CSMS_SHOWN,
        why_not=possible.at_csms,
    ),
    ScreenAction(
        "csms.story",
        "Pause or play the story",
        "The story of the demo is told over and over; paused, the charge point is yours.",
        Group.CSMS,
        do.story,
        ("space",),
        short="Story",
        pane="csms-state",
        screens=CSMS_SHOWN,
        why_not=possible.at_csms,
    ),
    ScreenAction(
        "csms.behaviour",
        "How the CSMS answers",
        "Boot status, clock, tags, silence, errors: what the CSMS does wrong on purpose.",
        Group.CSMS,
        do.behaviour,
        ("b",),
        short="Behave",
        pane="csms-state",
        screens=CSMS_SHOWN,
        why_not=possible.at_csms,
    ),
    ScreenAction(
        "csms.reset_behaviour",
        "Let the CSMS answer correctly again",
        "Take back everything that it does wrong on purpose.",
        Group.CSMS,
        do.reset_behaviour,
        ("B",),
        screens=CSMS_SHOWN,
        why_not=possible.at_csms,
    ),
    ScreenAction(
        "csms.disconnect",
        "Let the CSMS close the connection",
        "The CSMS closes the WebSocket of the charge point; asks first.",
        Group.CSMS,
        do.disconnect,
        ("X",),
        screens=CSMS_SHOWN,
        why_not=possible.at_csms,
    ),
)
"""In the order of the palette."""

CSMS_FOOTER = (
    "csms.send",
    "csms.run",
    "csms.steps",
    "csms.stop",
    "csms.story",
    "csms.behaviour",
    "screen.dashboard",
    "screen.help",
    "screen.palette",
    "csms.raw",
    "screen.zoom",
    "screen.quit",
)
"""What the footer of the screen shows."""
