"""The CSMS of the demo in words: who is connected, how it behaves, what it plays."""

from __future__ import annotations

from textual.content import Content

from cp_tui.csms.behaviour import CertificateAnswer
from cp_tui.demo.csms_variables import (
    CsmsBehaviour,
    RunState,
    ScenarioRun,
)
from cp_tui.ocpp.length import exact
from cp_tui.tui.csms.scenarios_text import STATE_STYLES
from cp_tui.tui.state.csms_state import CsmsState
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import BOLD_ODD, QUIET
from cp_tui.tui.text.words import Clock, joined, seconds


def csms_facts(state: CsmsState, clock: Clock) -> list[Fact]:
    """Who is connected, how the CSMS behaves, what is played."""
    if not state.is_here:
        words = "waiting for the CSMS" if state.is_ours else "this screen did not start the CSMS"
        return [Fact("", Content.styled(words, "$text-warning"))]
    facts = [_charge_point(state, clock)]
    if state.behaviour is not None:
        facts.append(Fact("Answers", behaviour_words(state.behaviour)))
    if state.demo.attach:
        attach = joined([safe_text(state.demo.attach), "shows this on a second screen"])
        facts.append(Fact("Attach", attach))
    run = state.scenarios.run
    if run is None:
        facts.append(Fact("Plays", Content("nothing")))
        return facts
    facts.append(Fact("Plays", _playing(run)))
    told = next((step.told[-1] for step in reversed(run.steps) if step.told), "")
    if told:
        is_bad = run.state is RunState.FAILED
        facts.append(Fact("", safe_text(told, "$text-error" if is_bad else QUIET)))
    return facts


def _charge_point(state: CsmsState, clock: Clock) -> Fact:
    connected = [each for each in state.charge_points if each.is_connected]
    if not connected:
        return Fact("Has", Content.styled("no charge point is connected", BOLD_ODD))
    first = connected[0]
    status = first.registration_status
    parts: list[Content | str] = [
        safe_text(first.charge_point_id, "bold"),
        status.value if status else "never booted here",
        safe_text(f"{first.vendor} {first.model} {first.firmware_version}".strip()),
        f"since {clock.time(first.since)}",
    ]
    if len(connected) > 1:
        parts.append(f"and {len(connected) - 1} more")
    return Fact("Has", joined(parts))


def _playing(run: ScenarioRun) -> Content:
    state = Content.styled(run.state.value, STATE_STYLES[run.state])
    at = min(max(run.step, 1), len(run.steps)) - 1
    step: Content | str = ""
    if run.state is not RunState.PASSED and run.steps:
        step = safe_text(f"step {at + 1} of {len(run.steps)}: {run.steps[at].title}")
    return joined([safe_text(run.title, "bold"), state, step])


def behaviour_words(behaviour: CsmsBehaviour) -> Content:
    """What the CSMS does that a correct and friendly one would not."""
    if behaviour.is_normal:
        return Content("everything, correctly")
    odd: list[str] = []
    if behaviour.registration_status.value != "Accepted":
        odd.append(f"boots with {behaviour.registration_status.value}")
    if behaviour.clock_offset_s:
        odd.append(f"clock {seconds(behaviour.clock_offset_s)}")
    if behaviour.start_status is not None:
        odd.append(f"StartTransaction with {behaviour.start_status.value}")
    if behaviour.unknown_id_tag.value != "Accepted":
        odd.append(f"unknown tags with {behaviour.unknown_id_tag.value}")
    if behaviour.certificates is not CertificateAnswer.NORMAL:
        odd.append(f"SignCertificate with {behaviour.certificates.words}")
    odd += [f"{action} {fault}" for action, fault in behaviour.faults.items()]
    words = ", ".join(odd) or f"interval {exact(behaviour.interval_s)}, tags changed"
    return safe_text(words, BOLD_ODD)
