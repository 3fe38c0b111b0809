"""Composing a message: what a bench can send, a draft as a form or as text, drafts sent before.

Pure: knows no widget, and nothing of how a call is carried out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import Enum, auto

from msgspec import Struct, field
from pydantic import JsonValue
from textual.content import Content

from cp_tui.ocpp import frame
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.redaction import is_secret_key, may_hold_secret
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.model_form import (
    FieldKind,
    action_fields,
    defect_of,
    payload_of,
    texts_of,
    wrong_field,
)
from cp_tui.tui.text.json_fault import json_fault

TEXT_BYTES_MAX = 500_000
"""As JSON; what goes through the door must fit into one line of it, and nobody types more."""

DRAFTS_MAX = 50
"""Kept of what was sent in a session."""


class MessageDraft(Struct, frozen=True):
    """A message that is being composed: a form of an action, or a text."""

    action: Action | None = None
    """None: a text that is no form."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Of the fields, by their names on the wire."""
    text: str | None = None
    """The whole frame, where it is edited as text."""
    is_proposal: bool = False
    """Of a text: whoever types replaces it."""

    @property
    def is_raw(self) -> bool:
        """Whether the text counts, not the form."""
        return self.text is not None

    @property
    def payload(self) -> dict[str, JsonValue]:
        """What the form stands for."""
        return payload_of(action_fields(self.action), self.texts) if self.action else {}

    @property
    def holds_secret(self) -> bool:
        """Whether it may hold the AuthorizationKey; such a draft is not remembered."""
        everything = json.dumps([*self.texts.values(), self.text or ""])
        return may_hold_secret(everything)


class SentDraft(Struct, frozen=True, eq=False):
    """A draft that was sent, and what came of it."""

    draft: MessageDraft
    at: datetime
    summary: Content


class Bench(Struct, frozen=True, eq=False):
    """Where messages are composed: for whom, and how they are sent."""

    name: str
    """Drafts are remembered by it."""
    title: str
    intro: str
    method: str
    """Of the command that sends an action with its payload; `send_raw` sends a text."""
    actions: tuple[Action, ...] = ()
    """What can be sent from it."""
    is_for_csms: bool = False


class ComposeEnd(Enum):
    """How a person left the bench."""

    CLOSED = auto()
    ANOTHER = auto()
    """Another action is wanted."""


def call_of(bench: Bench, draft: MessageDraft) -> CommandCall | str:
    """The call that sends a draft as it stands, or why nothing can."""
    if draft.text == "":
        return "the text must not be empty"
    assert draft.text is not None or draft.action is not None, "a draft without action is a text"
    params: dict[str, JsonValue] = {"action": draft.action, "payload": draft.payload}
    if draft.text is not None:
        params = {"text": draft.text}
    if len(json.dumps(params)) > TEXT_BYTES_MAX:
        return f"too long: at most {TEXT_BYTES_MAX} bytes go through the door at once"
    return CommandCall("send_raw" if draft.is_raw else bench.method, params, bench.is_for_csms)


def draft_defect(draft: MessageDraft) -> str | None:
    """What is wrong with a draft as a message of OCPP 1.6; None: nothing."""
    if draft.text is None:
        return _form_defect(draft)
    try:
        message = frame.parse(draft.text)
    except OcppError as error:
        fault = json_fault(draft.text)
        return f"{fault or error.description} ({error.code})"
    if message is None:
        return "a type of message that is to be ignored (J 4.1.3)"
    if not isinstance(message, frame.Call):
        return "an answer, which counts only where a request waits under its id (J 4.2.2)"
    if not message.message_id:
        return "the message id is empty; each request has one of its own (J 4.1.4)"
    return defect_of(message.action, message.payload)


def _form_defect(draft: MessageDraft) -> str | None:
    """What is wrong with a form; where a field holds no JSON, the place of that."""
    defect = defect_of(draft.action or "", draft.payload)
    if defect is None or draft.action is None:
        return defect
    wrong = wrong_field(action_fields(draft.action), defect)
    if wrong is not None and wrong.kind is FieldKind.JSON:
        fault = json_fault(draft.texts.get(wrong.name, "[]"))
        return f"{wrong.name} {fault}" if fault is not None else defect
    return defect


def as_text(draft: MessageDraft, message_id: str) -> MessageDraft:
    """The same draft as the text of its frame; the AuthorizationKey is not carried over."""
    action = draft.action.value if draft.action else "Action"
    return MessageDraft(draft.action, draft.texts, frame_text(message_id, action, draft.payload))


def frame_text(message_id: str, action: str, payload: JsonValue) -> str:
    """The text of a CALL; the AuthorizationKey is not in it."""
    if isinstance(payload, dict) and is_secret_key(payload.get("key")) and "value" in payload:
        payload = {**payload, "value": ""}
    # ASCII: what was prefilled may come from the CSMS, and must not steer the terminal.
    body = json.dumps(payload, indent=2)
    return f"[2, {json.dumps(message_id)}, {json.dumps(action)}, {body}]"


def as_form(draft: MessageDraft) -> MessageDraft | str:
    """The same draft as a form, or why no form can hold it."""
    assert draft.text is not None, "it is a form already"
    try:
        message = frame.parse(draft.text)
    except OcppError as error:
        return f"no form holds this text: {json_fault(draft.text) or error.description}"
    if not isinstance(message, frame.Call) or message.action not in set(Action):
        return "no form holds this text: it is no CALL of OCPP 1.6"
    action = Action(message.action)
    texts = texts_of(action_fields(action), message.payload)
    if texts is None:
        return f"the form of {action} cannot hold all of this payload"
    return MessageDraft(action, texts)
