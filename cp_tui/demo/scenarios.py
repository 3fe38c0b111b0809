"""The scenarios that can be run against the charge point of the demo, one by one."""

from __future__ import annotations

from cp_tui.demo import scenario_steps as more, story_steps
from cp_tui.demo.scenario import Scenario, Step
from cp_tui.demo.step_context import StepContext

PREPARE = Step("Prepare: connected, free, no limits", more.prepare)
FIRST_CAR = (
    Step("Plug in at connector 1", story_steps.plug_in),
    Step("Start with a tag", story_steps.start_with_a_tag),
)
STOP_FIRST = Step("Stop with the tag, unplug", story_steps.stop_with_the_tag)
STOP_SECOND = Step("Stop remotely, unplug", story_steps.stop_remotely)


async def _second_car(context: StepContext) -> None:
    await story_steps.plug_in(context, 2)


SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "boot",
        "Boot and profiles",
        "A soft reset and its boot; ChargePointMaxProfile and TxDefaultProfile take effect.",
        (
            PREPARE,
            Step("Reset softly, hear it boot", more.boot_anew),
            Step("Monitor two keys", story_steps.monitor_keys),
            Step("Set the profiles of the charge point", story_steps.set_station_profiles),
            Step("Clear the profiles", more.lift_the_limits),
        ),
    ),
    Scenario(
        "first_car",
        "First car",
        "Cable, tag, transaction, and the same tag to stop it.",
        (PREPARE, *FIRST_CAR, STOP_FIRST),
    ),
    Scenario(
        "refused_tag",
        "A tag is refused",
        "The CSMS blocks the tag; no transaction starts, and the screen says why.",
        (
            PREPARE,
            Step("Plug in at connector 1", story_steps.plug_in),
            Step("Show a blocked tag", story_steps.refuse_a_tag),
            Step("Unplug", story_steps.plug_out),
        ),
    ),
    Scenario(
        "limits",
        "Limits",
        "A TxProfile lowers the limit for a time; power and composite schedule follow.",
        (
            PREPARE,
            Step("Sample each second", more.sample_often),
            *FIRST_CAR,
            Step("Lower the limit", story_steps.lower_the_limit),
            Step("Ask for the composite schedule", more.ask_for_the_composite_schedule),
            Step("See the limit rise", story_steps.see_the_limit_rise),
            Step("Clear the profiles", more.lift_the_limits),
            STOP_FIRST,
            Step("Sample each minute", more.sample_rarely),
        ),
    ),
    Scenario(
        "sharing",
        "Second car and sharing",
        "Two cars want more than the depot has; they share it.",
        (
            PREPARE,
            Step("Set the profiles of the charge point", story_steps.set_station_profiles),
            *FIRST_CAR,
            Step("Plug in at connector 2", _second_car),
            Step("Start the second remotely", story_steps.start_remotely),
            Step("See them share the supply", story_steps.share_the_supply),
            STOP_FIRST,
            STOP_SECOND,
            Step("Clear the profiles", more.lift_the_limits),
        ),
    ),
    Scenario(
        "remote",
        "Remote start and stop",
        "The CSMS starts and stops a transaction; one that does not run cannot be stopped.",
        (
            PREPARE,
            Step("Plug in at connector 2", _second_car),
            Step("Start remotely", story_steps.start_remotely),
            Step("Stop an unknown transaction", more.stop_an_unknown_transaction),
            STOP_SECOND,
        ),
    ),
    Scenario(
        "offline",
        "Offline, with a queue",
        "A whole transaction without network; it is delivered when the network is back.",
        (
            PREPARE,
            Step("Let unknown tags charge offline", more.allow_unknown_tags),
            Step("Pull the network cable", more.pull_the_network),
            Step("Charge offline", more.charge_offline),
            Step("Plug it in: the queue is delivered", more.deliver_the_queue),
            Step("Forbid unknown tags again", more.forbid_unknown_tags),
        ),
    ),
    Scenario(
        "hard_reset",
        "Hard reset",
        "A reset in the middle of a transaction: it ends with reason HardReset.",
        (
            PREPARE,
            *FIRST_CAR,
            Step("Reset Hard", more.reset_hard),
            Step("Unplug", more.unplug_after_the_reset),
        ),
    ),
    Scenario(
        "firmware",
        "Firmware update",
        "The charge point fetches a file from the CSMS, installs it and boots with it.",
        (PREPARE, Step("Update the firmware", more.update_firmware)),
    ),
    Scenario(
        "reservation",
        "Reservation",
        "A connector is kept for one tag; another is refused; a reservation is cancelled.",
        (
            PREPARE,
            Step("Reserve connector 1", more.reserve),
            Step("Another tag is refused", more.refuse_another_tag),
            Step("The right tag charges", more.use_the_reservation),
            Step("Stop it, unplug", more.stop_the_reserved),
            Step("Reserve again, and cancel", more.cancel_a_reservation),
        ),
    ),
)
"""In the order of the list."""
