"""What an answer of the engine means, in words: for the line of activity and for the dialogs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, ValidationError
from pydantic import JsonValue
from textual.content import Content

from cp_tui.charge_point.codec import converted
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import SwipeOutcome, SwipeResult, TagExplanation
from cp_tui.ocpp.plural import count
from cp_tui.tui.text.answer import answer_facts, answer_summary, telling
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.parameters import label_of, with_unit
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BOLD_BAD, BOLD_GOOD, BOLD_ODD
from cp_tui.tui.text.tag_explanation import explanation_facts, summary

if TYPE_CHECKING:
    from cp_tui.engine.command import Command


STATUS_STYLES = {"Accepted": BOLD_GOOD, "RebootRequired": BOLD_ODD}

SWIPE_STYLES = {
    SwipeOutcome.REFUSED: BOLD_BAD,
    SwipeOutcome.OVERTAKEN: BOLD_BAD,
    SwipeOutcome.ASKED: BOLD_ODD,
}

WITHOUT_PARAMS = ("set_behaviour", "monitor_configuration_keys", "unmonitor_configuration_keys")
"""Methods whose parameters are not listed once more below the outcome."""

PROFILE_LISTS = {"removed": "Removed", "replaced": "Replaced", "remarks": "Note"}
"""What the answers about charging profiles list, and how it is called."""


class KeyResult(Struct, frozen=True):
    """One key of the answer to get_configuration_key."""

    key: str
    value: str | None
    read_only: bool | None
    """None: the key is unknown."""


class CommandOutcome(Struct, frozen=True, eq=False):
    """What came of a command."""

    summary: Content
    facts: tuple[Fact, ...] = ()
    reason: Reason | None = None
    keys: tuple[KeyResult, ...] | None = None
    """The table of get_configuration_key."""
    is_sentence: bool = False
    """The summary tells what was done to what; else what was asked for has to stand before it."""

    @property
    def why(self) -> str:
        """The reason, unless the summary has said it already."""
        text = "" if self.reason is None else self.reason.text
        return "" if drawn(text) in self.summary.plain else text

    def all_facts(self) -> list[Fact]:
        """Result, details and reason, for a dialog."""
        facts = [Fact("Result", self.summary), *self.facts]
        if self.reason is not None:
            if self.why:
                facts.append(Fact("Why", safe_text(self.why)))
            facts.append(
                Fact("Rule", safe_text(f"{self.reason.rule} · {self.reason.id}", "$text-muted"))
            )
            for name, value in self.reason.values.items():
                facts.append(Fact("", safe_text(f"  {name} = {value}", "$text-muted")))
        return facts


def refused(message: str) -> CommandOutcome:
    """The engine did not take the command."""
    return CommandOutcome(
        Content.assemble(Content.styled("refused", BOLD_BAD), " · ", safe_text(message))
    )


def finished(word: str, text: str) -> CommandOutcome:
    """Something is done that needed no engine."""
    return CommandOutcome(Content.styled(word, BOLD_GOOD), (Fact("File", safe_text(text)),))


def broken(message: str) -> CommandOutcome:
    """No answer will come."""
    return CommandOutcome(
        Content.assemble(Content.styled("no answer", BOLD_BAD), " · ", safe_text(message))
    )


def described(
    command: Command, params: Mapping[str, JsonValue], result: JsonValue, reason: Reason | None
) -> CommandOutcome:
    """Put the result of a command into words."""
    match command.name, result:
        case "data_transfer", dict():
            return _data_transfer(result, reason)
        case (("send_call" | "send_raw" | "send"), dict()):
            return CommandOutcome(answer_summary(result), answer_facts(result), telling(reason))
        case "get_configuration_key", dict():
            return _configuration(result, reason)
        case "set_custom_configuration_key", str():
            return CommandOutcome(_status(result), _setting(params), reason)
        case "swipe", dict():
            return _swipe(result)
        case "explain_tag", dict():
            return _tag(result)
        case "get_certificate", str():
            return CommandOutcome(Content.styled("read", BOLD_GOOD), is_sentence=True)
        case "clear_authorization_cache", int():
            words = f"{count(result, 'tag')} forgotten"
            return CommandOutcome(Content.styled(words, BOLD_GOOD), (), reason)
        case (("install_charging_profile" | "clear_charging_profile"), dict()):
            return _profiles(result, reason)
        case _, False:
            words = command.undone if reason is None else "nothing to do"
            return CommandOutcome(safe_text(words, BOLD_ODD), (), reason)
        case _, (True | None):
            # What was filled in at the CSMS stands above the outcome already.
            about = () if command.name in WITHOUT_PARAMS else _about(params)
            said = safe_text(command.done(params), BOLD_GOOD)
            return CommandOutcome(said, about, reason, is_sentence=True)
        case "acknowledge_troubles", int():
            return CommandOutcome(safe_text(command.done(params), BOLD_GOOD), is_sentence=True)
        case _:
            return CommandOutcome(safe_text(f"{result}"), (), reason)


def _status(status: str) -> Content:
    return safe_text(status, STATUS_STYLES.get(status, BOLD_BAD))


def _data_transfer(result: Mapping[str, JsonValue], reason: Reason | None) -> CommandOutcome:
    summary = _status(f"{result.get('status')}")
    facts: list[Fact] = []
    if (code := result.get("code")) is not None:
        summary = Content.assemble(summary, " ", safe_text(f"{code}"))
    if (data := result.get("data")) is not None:
        facts.append(Fact("Data", safe_text(f"{data}")))
        summary = Content.assemble(summary, " · ", safe_text(f"{data}"))
    return CommandOutcome(summary, tuple(facts), reason)


def _profiles(result: Mapping[str, JsonValue], reason: Reason | None) -> CommandOutcome:
    facts: list[Fact] = []
    for name, label in PROFILE_LISTS.items():
        found = result.get(name)
        for each in found if isinstance(found, list) else []:
            sign = "" if name == "remarks" else "#"
            facts.append(Fact(label, safe_text(f"{sign}{each}")))
    return CommandOutcome(_status(f"{result.get('status')}"), tuple(facts), reason)


def _configuration(result: Mapping[str, JsonValue], reason: Reason | None) -> CommandOutcome:
    keys: list[KeyResult] = []
    entries, unknown = result.get("configuration_key"), result.get("unknown_key")
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            value = entry.get("value")
            text = None if value is None else f"{value}"
            keys.append(KeyResult(f"{entry.get('key')}", text, entry.get("read_only") is True))
    names = unknown if isinstance(unknown, list) else []
    keys += [KeyResult(f"{name}", None, None) for name in names]
    summary = count(len(keys) - len(names), "key") + (f", {len(names)} unknown" if names else "")
    return CommandOutcome(
        Content.styled(summary, BOLD_ODD if names else BOLD_GOOD), (), reason, tuple(keys)
    )


def _tag(result: Mapping[str, JsonValue]) -> CommandOutcome:
    """What would happen with a tag, each step with its reason."""
    try:
        explanation = converted(TagExplanation, dict(result))
    except ValidationError:
        # A newer engine may say it in another way; its words are better than none.
        return CommandOutcome(safe_text(f"{result}"))
    return CommandOutcome(summary(explanation), tuple(explanation_facts(explanation)))


def _swipe(result: Mapping[str, JsonValue]) -> CommandOutcome:
    """What came of a tag that was shown, with who decided and why."""
    try:
        came = converted(SwipeResult, dict(result))
    except ValidationError:
        return CommandOutcome(safe_text(f"{result}"))
    word = Content.styled(came.outcome.value, SWIPE_STYLES.get(came.outcome, BOLD_GOOD))
    said = Content.assemble(word, " · ", safe_text(came.text))
    return CommandOutcome(said, (), came.reason, is_sentence=True)


def _setting(params: Mapping[str, JsonValue]) -> tuple[Fact, ...]:
    return (Fact("Key", safe_text(f"{params.get('key')} = {params.get('value')}")),)


def _about(params: Mapping[str, JsonValue]) -> tuple[Fact, ...]:
    given = params.items()
    return tuple(Fact(label_of(name), safe_text(with_unit(name, value))) for name, value in given)
