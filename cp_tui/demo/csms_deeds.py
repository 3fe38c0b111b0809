"""What the methods of the small CSMS do, in words, as `engine.deeds` does for the charge point."""

from __future__ import annotations

from collections.abc import Mapping

from cp_tui.engine.deeds import Deed

CSMS_DEEDS: Mapping[str, Deed] = {
    "send": Deed("Send {action}"),
    "send_raw": Deed("Send a raw frame"),
    "run_scenario": Deed("Run scenario {scenario}", "Scenario {scenario} runs"),
    "stop_scenario": Deed("Stop what is played", "What was played is stopped", "nothing runs"),
    "play_story": Deed("Tell the story", "The story is told again", "the story is being told"),
    "set_behaviour": Deed("Change how the CSMS answers", "The CSMS answers in this way now"),
    "reset_behaviour": Deed(
        "Let the CSMS answer correctly", "The CSMS answers correctly again", "it does so already"
    ),
    "disconnect": Deed("Close the connection", "The CSMS has closed the connection"),
}
"""Method -> its words."""
