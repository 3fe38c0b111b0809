"""A message of the log as a draft: what was sent once is edited and sent again. Pure."""

from __future__ import annotations

import json

from cp_tui.charge_point.variables import Direction, MessageKind
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.redaction import MASK
from cp_tui.tui.actions.drafts import Bench, MessageDraft, as_form, frame_text
from cp_tui.tui.compose.benches import AT_CHARGE_POINT, AT_CSMS
from cp_tui.tui.state.message_log import LoggedFrame
from cp_tui.tui.text.safe_text import drawn, drawn_lines


def bench_of(frame: LoggedFrame) -> Bench:
    """Where a frame was sent from."""
    return AT_CSMS if frame.direction is Direction.IN else AT_CHARGE_POINT


def intro_of(frame: LoggedFrame) -> str:
    """What the draft of a frame is."""
    again = "As in the log, with a new message id." if frame.kind is MessageKind.CALL else ""
    masked = f"What is secret is {MASK} here: fill it in." if MASK in frame.payload else ""
    cut = "Of its payload only the beginning is kept, as a text." if frame.is_cut else ""
    return " ".join(filter(None, (again, masked, cut, bench_of(frame).intro)))


def draft_again(frame: LoggedFrame, message_id: str) -> MessageDraft:
    """What is sent again: a request with the new id; that of the charge point as a form if it fits.

    An answer keeps its id, without which nobody knows what it answers. Whatever it is goes into the
    draft in ASCII, because what came from outside must neither steer the terminal nor be silently
    another text.
    """
    if frame.kind is MessageKind.INVALID:
        text = json.loads(frame.payload)
        return MessageDraft(text=drawn_lines(text if isinstance(text, str) else json.dumps(text)))
    if frame.kind is not MessageKind.CALL:
        return MessageDraft(text=json.dumps(json.loads(frame.wire)))
    text = frame_text(message_id, frame.action, json.loads(frame.payload))
    action = next((each for each in Action if each == frame.action), None)
    raw = MessageDraft(action, text=text)
    if frame.direction is Direction.IN or action is None:
        return raw
    form = as_form(raw)
    is_form = isinstance(form, MessageDraft) and all(drawn(t) == t for t in form.texts.values())
    return form if isinstance(form, MessageDraft) and is_form else raw
