"""A message of the log is edited and sent again, by the side that sent it."""

from __future__ import annotations

import json

import pytest
from pydantic import JsonValue
from textual.widgets import Input, TextArea

from cp_tui.charge_point.variables import MessageKind, MessageRecord
from cp_tui.ocpp.action import SPEC, Action, RequestDirection
from cp_tui.ocpp.redaction import MASK
from cp_tui.tui.actions.drafts import MessageDraft, draft_defect
from cp_tui.tui.compose.again import draft_again, intro_of
from cp_tui.tui.compose.examples import example
from cp_tui.tui.state.message_log import LoggedFrame, MessageLog
from tests.tui import csms_world, message_world
from tests.tui.driving import Drive, screen
from tests.tui.message_world import IN, OUT, request
from tests.tui.test_hostile_text import CONTROL, TOGETHER
from tests.tui.test_model_form import CERTIFICATES, CLOCK, snapshot
from tests.tui.worlds import healthy


def logged(record: MessageRecord) -> LoggedFrame:
    log = MessageLog()
    log.add(record)
    exchange = log.exchange(0)
    assert exchange is not None
    return exchange.frames[0]


def payload_in(draft: MessageDraft) -> JsonValue:
    found: JsonValue = json.loads(draft.text or "")[3]
    return found


@pytest.mark.parametrize("action", [each for each in Action if each not in CERTIFICATES])
def test_every_request_is_sent_again_as_it_was(action: Action) -> None:
    payload = MessageDraft(action, example(action, snapshot(healthy()), CLOCK)).payload
    is_ours = SPEC[action].direction is not RequestDirection.TO_CHARGE_POINT
    frame = logged(request("old", action.value, payload, direction=OUT if is_ours else IN))
    draft = draft_again(frame, "new")
    assert draft_defect(draft) is None
    assert draft.is_raw is not is_ours
    assert (payload_in(draft) if draft.is_raw else draft.payload) == payload
    assert "old" not in (draft.text or "")


def test_what_no_form_holds_is_a_text() -> None:
    odd: list[tuple[str, JsonValue]] = [("Reset", {"x": 1}), ("Nonsense", {}), ("Reset", [1])]
    for action, payload in odd:
        draft = draft_again(logged(request("old", action, payload)), "new")
        assert json.loads(draft.text or "") == [2, "new", action, payload]


@pytest.mark.parametrize("poison", TOGETHER.values(), ids=TOGETHER)
def test_hostile_text_steers_nothing_and_stays_the_text_that_it_is(poison: str) -> None:
    payload: JsonValue = {"idTag": poison}
    draft = draft_again(logged(request(poison, "Authorize", payload)), "new")
    assert CONTROL.search((draft.text or "").replace("\n", "")) is None
    assert payload_in(draft) == payload
    broken = draft_again(logged(message_world.broken(poison)), "new").text or ""
    assert CONTROL.search(broken.replace("\n", "")) is None


def test_an_answer_keeps_the_id_that_it_answers() -> None:
    alone = message_world.answer(request("id-1", "Heartbeat"), {"a": 1})
    assert json.loads(draft_again(logged(alone), "new").text or "") == [3, "id-1", {"a": 1}]
    wrong = message_world.error(request("id-1", "Heartbeat"), "GenericError", "no")
    assert wrong.kind is MessageKind.CALLERROR
    assert json.loads(draft_again(logged(wrong), "new").text or "")[:2] == [4, "id-1"]


def test_a_secret_is_not_sent_masked_and_it_is_said() -> None:
    for key in ("AuthorizationKey", " authorizationkey "):
        payload: JsonValue = {"key": key, "value": MASK}
        frame = logged(request("old", "ChangeConfiguration", payload, direction=IN))
        assert payload_in(draft_again(frame, "new")) == {"key": key, "value": ""}
        assert "What is secret is ***" in intro_of(frame)
    assert MASK not in intro_of(logged(request("old", "Heartbeat")))


async def on_the_line(drive: Drive, action: str) -> None:
    """Put the cursor on the newest message of an action."""
    await drive.press("2", "slash", *f"action:{action}", "enter")
    table = drive.app.main.panes[0].query_one("LineTable")
    table.focus()
    await drive.settle()


async def test_the_composer_is_filled_with_the_selected_message() -> None:
    engine = message_world.engine()
    engine.answers("send_call", {"message_id": "x", "kind": "CALLRESULT", "payload": {}})
    csms = csms_world.normal()
    async with screen(engine=engine, csms=csms, at="messages") as drive:
        # Whether the list follows or stands still, one key chooses and the other edits.
        await drive.press("c")
        assert drive.shows("Compose: which message?")
        await drive.press("escape", "space", "c")
        assert drive.shows("Compose: which message?")
        await drive.press("escape", "e")
        assert drive.shows("Compose: Heartbeat", "As in the log, with a new message id.")
        assert drive.shows("to the CSMS as it stands, which may act on it")
        await drive.press("ctrl+o")
        assert drive.shows("Compose: which message?")
        await drive.press("escape")
        await on_the_line(drive, "StartTransaction")
        await drive.press("e")
        assert drive.app.screen.query_one("#idTag", Input).value == "04FFEE01"
        # It was sent without a meterStart, and is asked about.
        await drive.press("ctrl+s", "ctrl+s")
        assert engine.calls[-1][1]["payload"] == {"connectorId": 2, "idTag": "04FFEE01"}
        await drive.press("escape", "escape")
        # What the CSMS sent is sent by the CSMS.
        await on_the_line(drive, "SetCharging")
        await drive.press("e")
        area = drive.app.screen.query_one(TextArea)
        assert drive.shows("CSMS sends: SetChargingProfile", "The charge point takes it in earnest")
        assert '"stackLevel": 9' in area.text
        assert '"p1"' not in area.text
        await drive.press("ctrl+s", "ctrl+s")
        assert csms.calls[-1] == ("send_raw", {"text": area.text})


async def test_from_the_details_of_a_message_it_is_edited_composed_and_copied() -> None:
    engine = message_world.engine()
    async with screen(engine=engine, at="messages") as drive:
        await on_the_line(drive, "StartTransaction")
        await drive.press("enter")
        assert drive.shows("↑ ↓ next · e edit · c compose · y copy · pgup pgdn scroll · escape")
        await drive.press("e")
        assert drive.shows("Compose: StartTransaction", "As in the log")
        await drive.press("escape")
        assert drive.app.screen is drive.app.main
        await drive.press("enter", "c")
        assert drive.shows("Compose: which message?")
        await drive.press("escape", "enter", "y")
        assert drive.shows("╭─ Copy ─", "enter takes")
        # Of what cannot be edited the details say nothing of it, and the keys do nothing.
        await drive.press("escape", "escape", "1", "enter")
        assert drive.shows("arrows scroll · y copy · escape closes")
        await drive.press("e", "c")
        assert drive.shows("arrows scroll · y copy · escape closes")


async def test_what_cannot_be_sent_again_says_why() -> None:
    async with screen(engine=message_world.engine(), at="messages") as drive:
        await on_the_line(drive, "SetCharging")
        await drive.press("enter", "e")
        assert drive.shows("only the CSMS of cp-tui demo can send it")
        await drive.press("space", "c")
        assert drive.shows("Compose: which message?")
        # From the palette of any screen, it is the line that was selected last.
        await drive.press("escape", "1", "ctrl+p", *"resend")
        assert drive.shows("Edit a message and send it again × only")
    async with screen(healthy()) as drive:
        await drive.press("ctrl+p", *"resend", "enter")
        assert drive.shows("no message is selected")
