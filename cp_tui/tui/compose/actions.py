"""Composing messages of the charge point: choose an action, fill it in, send it as it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace
from textual.content import Content

from cp_tui.ocpp.action import SPEC, Action
from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.tui.actions import conditions
from cp_tui.tui.actions.action import action
from cp_tui.tui.actions.desk import Choice, Desk
from cp_tui.tui.actions.drafts import Bench, ComposeEnd, MessageDraft, SentDraft, as_text
from cp_tui.tui.compose.again import bench_of, draft_again, intro_of
from cp_tui.tui.compose.benches import AT_CHARGE_POINT, RAW
from cp_tui.tui.compose.examples import example
from cp_tui.tui.text.meanings import Meaning
from cp_tui.tui.text.words import Clock

_PROFILES: Mapping[FeatureProfile, str] = {
    FeatureProfile.FIRMWARE_MANAGEMENT: "Firmware",
    FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT: "Local list",
    FeatureProfile.SMART_CHARGING: "Smart charging",
    FeatureProfile.REMOTE_TRIGGER: "Remote trigger",
}

EARLIER = "earlier "


@action(
    "messages.compose",
    "Compose a message to the CSMS",
    means=Meaning.COMPOSE,
    short="Compose",
    screens="messages",
    when=conditions.connected,
)
async def compose(desk: Desk) -> None:
    """Any request of the charge point, as a form or as text, sent as it stands."""
    await at_bench(desk, AT_CHARGE_POINT)


@action(
    "messages.compose_raw",
    "Compose a raw frame to the CSMS",
    means=Meaning.COMPOSE_RAW,
    screens="messages",
    when=conditions.connected,
)
async def compose_raw(desk: Desk) -> None:
    """The text of a whole frame, malformed on purpose if you like, and the answer to it."""
    await at_bench(desk, AT_CHARGE_POINT, RAW)


@action(
    "messages.edit",
    "Edit a message and send it again",
    means=Meaning.EDIT,
    short="Edit",
    screens="messages",
    when=conditions.with_message_to_send,
)
async def edit(desk: Desk) -> None:
    """The selected message with a new message id; one of the CSMS is sent by that of the demo."""
    exchange = desk.snapshot.message
    if exchange is None or not exchange.frames:
        return
    frame = exchange.frames[0]
    bench = replace(bench_of(frame), intro=intro_of(frame))
    if await desk.compose(bench, draft_again(frame, desk.message_id())) is ComposeEnd.ANOTHER:
        await at_bench(desk, bench_of(frame))


async def at_bench(desk: Desk, bench: Bench, key: str | None = None) -> None:
    """Choose and compose, again and again, until the bench is left; `key` is chosen already."""
    while True:
        drafts = desk.drafts(bench.name)
        if key is None:
            choices = [*_earlier(drafts, desk.clock), *_actions(bench.actions)]
            key = await desk.choose(f"{bench.title}: which message?", choices)
        if key is None or await desk.compose(bench, _draft(desk, key, drafts)) is ComposeEnd.CLOSED:
            return
        key = None


def _draft(desk: Desk, key: str, drafts: Sequence[SentDraft]) -> MessageDraft:
    if key == RAW:
        # A frame to begin with; it belongs to no form.
        text = as_text(MessageDraft(Action.HEARTBEAT), desk.message_id()).text
        return MessageDraft(None, {}, text, is_proposal=True)
    if key.startswith(EARLIER):
        return drafts[int(key.removeprefix(EARLIER))].draft
    action = Action(key)
    return MessageDraft(action, example(action, desk.snapshot, desk.clock))


def _earlier(drafts: Sequence[SentDraft], clock: Clock) -> list[Choice]:
    return [
        Choice(
            f"{EARLIER}{index}",
            Content(sent.draft.action.value if sent.draft.action else "raw frame"),
            Content(clock.minute(sent.at)),
            Content.assemble("It was: ", sent.summary),
            "Sent before",
        )
        for index, sent in enumerate(drafts)
    ]


def _actions(actions: Sequence[Action]) -> list[Choice]:
    choices = [
        Choice(
            action.value,
            Content(action.value),
            Content(""),
            Content(about(action)),
            profile_word(action),
        )
        for action in actions
    ]
    about_raw = Content("The text of the whole frame, malformed as you like.")
    return [*choices, Choice(RAW, Content("Raw frame"), Content(""), about_raw, "Text")]


def profile_word(action: Action) -> str:
    """The feature profile of an action, in words that fit a narrow column."""
    profile = SPEC[action].feature_profile
    return _PROFILES.get(profile, profile.value)


def about(action: Action) -> str:
    """What a request is for, in the words of its model."""
    return (SPEC[action].request.__doc__ or "").strip().partition("\n")[0]
