"""The bench: from a key to the answer, as a form and as text, right and wrong."""

from __future__ import annotations

import json

import pytest
from pydantic import JsonValue
from textual.widgets import Input, TextArea

from cp_tui.charge_point.reason import Reason
from tests.tiers import tier
from tests.tui import worlds
from tests.tui.driving import Drive, screen
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_hostile_text import HOSTILE, assert_harmless, poisoned_world

ACCEPTED: JsonValue = {
    "message_id": "x-1",
    "kind": "CALLRESULT",
    "payload": {"currentTime": "2026-01-05T14:03:27Z"},
    "latency_ms": 12.3,
}


def answering() -> FakeEngine:
    """A charge point whose CSMS accepts whatever is sent."""
    engine = FakeEngine(worlds.healthy())
    engine.answers("send_call", ACCEPTED)
    engine.answers("send_raw", ACCEPTED)
    return engine


@pytest.fixture
def engine() -> FakeEngine:
    return answering()


async def choose(drive: Drive, words: str) -> None:
    """Open the bench, and choose a message."""
    await drive.press("2", "c")
    await drive.type(words)
    await drive.press("enter")


def field(drive: Drive, name: str) -> Input:
    return drive.app.screen.query_one(f"#{name}", Input)


async def test_the_list_has_every_action_of_the_charge_point_and_a_raw_frame(
    engine: FakeEngine,
) -> None:
    async with screen(engine=engine, at="messages") as drive:
        await drive.press("c")
        assert drive.shows("Compose: which message?", "Core", "StatusNotification")
        await drive.type("raw")
        assert drive.shows("Raw frame", "malformed as you like")
        assert not drive.shows("Authorize")


async def test_a_form_is_filled_and_is_also_a_text() -> None:
    async with screen(engine=answering()) as drive:
        engine = drive.engine
        async with drive.step("a form is filled with what is known and sent as it stands"):
            await choose(drive, "stoptrans")
            assert drive.shows(
                "Compose: StopTransaction", "transactionId*", "1234", "valid OCPP 1.6"
            )
            assert drive.shows("The charge point itself does not change")
            await drive.press("ctrl+s")
            assert drive.shows("CALLRESULT", "in 12.3 ms", '"currentTime"', "x-1")
            (method, params) = engine.calls[-1]
            assert method == "send_call"
            assert params["action"] == "StopTransaction"
            assert params["payload"] == {
                "meterStop": 123210,
                "timestamp": "2026-01-05T14:03:27Z",
                "transactionId": 1234,
                "idTag": "04A2B3C4D5",
                "reason": "Local",
            }
        async with drive.step("what is wrong is said and sent all the same"):
            await choose(drive, "authorize")
            assert drive.shows("idTag: required, text, up to 20 characters")
            await drive.type("x" * 30)
            assert drive.shows("not valid:", "at most 20 characters", "it can be sent all the same")
            assert drive.shows("Send anyway")
            sent = len(engine.calls)
            await drive.press("ctrl+s")
            assert drive.shows("Not sent yet: it is not valid. ^s again sends it as it stands.")
            # What was asked was asked about another text.
            await drive.press("x")
            assert not drive.shows("Not sent yet")
            await drive.press("ctrl+s")
            assert len(engine.calls) == sent
            await drive.press("ctrl+s")
            payload = engine.calls[-1][1]["payload"]
            assert isinstance(payload, dict)
            assert len(str(payload["idTag"])) > 20
        async with drive.step("a choice is walked over with the arrows and may be overtyped"):
            await choose(drive, "statusnot")
            await drive.press("down")
            assert field(drive, "errorCode").value == "NoError"
            assert drive.shows("left and right choose")
            await drive.press("right")
            assert field(drive, "errorCode").value == "OtherError"
            await drive.press("left", "left")
            assert field(drive, "errorCode").value == "LocalListConflict"
            await drive.press("pagedown", "space")
            assert field(drive, "errorCode").value == "OtherError"
            await drive.press("ctrl+u")
            await drive.type("Nonsense")
            assert drive.shows('errorCode is "Nonsense"')
            # Within what is typed the keys edit.
            await drive.press("left", "space", "right", "z")
            assert field(drive, "errorCode").value == "Nonsens ez"
        async with drive.step("the text takes over the form and gives it back"):
            await choose(drive, "heartbeat")
            await drive.press("ctrl+r")
            area = drive.app.screen.query_one(TextArea)
            assert area.text == '[2, "composed-20260105140327-1", "Heartbeat", {}]'
            area.text = '[2,"my-id","Authorize",{"idTag":"ABC"}]'
            await drive.settle()
            assert drive.shows("valid OCPP 1.6")
            await drive.press("ctrl+r")
            assert drive.shows("Compose: Authorize")
            assert field(drive, "idTag").value == "ABC"


async def test_the_keys_of_the_composer_do_what_the_frame_says() -> None:
    async with screen(engine=answering()) as drive:
        async with drive.step(
            "enter and arrows go from field to field, send nothing and change nothing"
        ):
            await choose(drive, "bootnot")
            assert drive.shows("enter next · ^s send · ^r text · ^o another · escape closes")
            before = field(drive, "chargePointVendor").value
            await drive.press("up")
            assert drive.app.focused is field(drive, "chargePointVendor")
            await drive.press("enter")
            assert drive.app.focused is field(drive, "chargePointModel")
            await drive.press("up", "down", "down", "up")
            assert drive.app.focused is field(drive, "chargePointModel")
            names = [each.id or "" for each in drive.app.screen.query(Input)]
            await drive.press(*["down"] * (len(names) + 2))
            assert drive.app.focused is field(drive, names[-1])
            assert field(drive, "chargePointVendor").value == before
            await drive.press("pageup", "pagedown")
            assert field(drive, names[-1]).value == ""
            assert drive.engine.calls == []
            # The button behind the last field does what stands on it.
            await drive.press("enter")
            assert drive.engine.calls == []
            await drive.press("enter")
            assert drive.shows("CALLRESULT")
        async with drive.step("a list in a field is a text of its own"):
            await choose(drive, "metervalues")
            await drive.press("ctrl+t")
            # Of a field that is no list there is nothing to show.
            assert drive.app.focused is field(drive, "connectorId")
            await drive.press("down")
            assert drive.shows("^t as a text of its own · meterValue: required")
            one_line = field(drive, "meterValue").value
            await drive.press("ctrl+t")
            area = drive.app.screen.query_one(TextArea)
            assert drive.shows(
                "Compose: MeterValues, meterValue", "^t form", "1 [", "valid OCPP 1.6"
            )
            assert area.text == json.dumps(json.loads(one_line), indent=2)
            await drive.press("escape")
            assert drive.app.focused is field(drive, "meterValue")
            assert field(drive, "meterValue").value == one_line
            await drive.press("ctrl+t")
            area.text = area.text.replace('"123210"', '"7",')
            await drive.settle()
            assert drive.shows("not valid: meterValue line 6 column 21: a comma too many")
            await drive.press("ctrl+s")
            assert area.cursor_location == (5, 20)
            await drive.press("delete", "ctrl+s")
            payload = drive.engine.calls[-1][1]["payload"]
            assert isinstance(payload, dict)
            assert '"value": "7"' in json.dumps(payload)
            await drive.press("ctrl+r")
            assert drive.shows('"MeterValues", {', '"value": "7"')
            await drive.press("ctrl+r")
            assert '"value": "7"' in field(drive, "meterValue").value
            # What is no JSON keeps its words.
            await drive.press("down", "ctrl+t")
            area.text = "[1,\n  oops"
            await drive.settle()
            await drive.press("ctrl+t")
            assert field(drive, "meterValue").value == "[1, oops"
            assert drive.shows("meterValue line 1 column 5: oops is no JSON")


async def test_a_raw_frame_begins_with_a_proposal_that_typing_replaces() -> None:
    async with screen(engine=answering(), at="messages") as drive:
        await drive.press("C")
        area = drive.app.screen.query_one(TextArea)
        assert area.selected_text == area.text != ""
        await drive.press(*"[9]")
        assert area.text == "[9]"
        await drive.resize(50, 20)
        assert not area.show_line_numbers
        await drive.resize(60, 20)
        assert area.show_line_numbers


async def test_on_a_small_terminal_the_text_its_validity_and_the_answer_come_first() -> None:
    async with screen(engine=answering(), size=(40, 10), at="messages") as drive:
        await choose(drive, "authorize")
        assert drive.shows("idTag*", "04A2B3C4D5", "valid OCPP 1.6", "^s send · ^r text")
        assert not drive.shows("Goes past the queue")
        await drive.type("x" * 30)
        await drive.press("ctrl+s", "ctrl+s")
        for size in ((40, 10), (60, 15)):
            await drive.resize(*size)
            await drive.press("ctrl+r")
            words = "not valid: idTag must have at most 20 characters, has 30", "CALLRESULT"
            assert drive.shows('[2, "composed-', *words, "Send anyway", "Form")
            await drive.press("ctrl+r")
            assert drive.shows("idTag* !", "xxxxxxxxx", *words, "Send anyway", "Text")
        assert drive.shows("pgup and pgdn choose", "it can be sent", "Another", "escape closes")
        await drive.resize(80, 24)
        assert drive.shows("Goes past the queue", "it can be sent all the same")


async def test_what_was_sent_and_answered_is_told_and_can_be_taken_up() -> None:
    async with screen(engine=answering()) as drive:
        engine = drive.engine
        async with drive.step("a text that no form holds stays text and is sent as it stands"):
            engine.answers(
                "send_raw", {"kind": "sent"}, Reason(id="c", rule="J 4.2", text="as it stands")
            )
            await choose(drive, "heartbeat")
            await drive.press("ctrl+r")
            drive.app.screen.query_one(TextArea).text = "[2, oops"
            await drive.settle()
            oops = "line 1 column 5: oops is no JSON; a text stands in double quotes"
            assert drive.shows(f"not valid: {oops} (GenericError)")
            area = drive.app.screen.query_one(TextArea)
            area.move_cursor((0, 0))
            await drive.press("ctrl+r")
            assert drive.shows(f"no form holds this text: {oops}")
            assert area.cursor_location == (0, 4)
            area.move_cursor((0, 0))
            await drive.press("ctrl+s")
            assert drive.shows("Not sent yet")
            assert area.cursor_location == (0, 4)
            await drive.press("ctrl+s")
            assert engine.calls[-1] == ("send_raw", {"text": "[2, oops"})
            assert drive.shows("sent; no answer is due", "as it stands", "J 4.2")
        async with drive.step("a callerror shows code description and details"):
            error: JsonValue = {
                "message_id": "x",
                "kind": "CALLERROR",
                "code": "FormationViolation",
                "description": "idTag is missing",
                "details": {"field": "idTag"},
                "latency_ms": 4,
            }
            engine.answers("send_call", error)
            await choose(drive, "authorize")
            await drive.press("ctrl+s")
            assert drive.shows(
                "CALLERROR FormationViolation", "in 4.0 ms", "idTag is missing", '"field"'
            )
        async with drive.step("what was sent can be taken up again"):
            await choose(drive, "authorize")
            await drive.press("ctrl+u")
            await drive.type("MINE")
            await drive.press("ctrl+s", "ctrl+o")
            assert drive.shows("Sent before", "14:03", "It was: CALLRESULT")
            await drive.press("enter")
            assert drive.shows("Compose: Authorize")
            assert field(drive, "idTag").value == "MINE"
            await drive.press("escape")
            assert drive.app.screen is drive.app.main
        async with drive.step("after a raw frame another message can be chosen"):
            await drive.press("ctrl+p")
            await drive.type("messages.compose_raw")
            await drive.press("enter", "ctrl+o")
            assert drive.shows("Compose: which message?")
        async with drive.step("it can be reached from every screen"):
            await drive.press("ctrl+p")
            await drive.type("compose a raw")
            await drive.press("enter")
            assert drive.shows("Compose: a raw frame", '"Heartbeat"')


@pytest.mark.parametrize(("beside", "is_shown"), [("", False), ("Heartbeat", True)])
async def test_a_reason_is_shown_where_it_says_more_than_that_an_answer_came(
    engine: FakeEngine, beside: str, is_shown: bool
) -> None:
    text, values = "it went past the queue", {"latency_ms": "8", "beside": beside}
    reason = Reason(id="composer.callresult", rule="J 4.1.1", text=text, values=values)
    engine.answers("send_call", ACCEPTED, reason)
    async with screen(engine=engine) as drive:
        await choose(drive, "heartbeat")
        await drive.press("enter")
        assert drive.shows("CALLRESULT")
        assert bool(drive.shows(text, "J 4.1.1")) is is_shown


@pytest.mark.parametrize(
    ("kind", "words"),
    [("timeout", "no answer in time"), ("lost", "the connection went before the answer")],
)
async def test_where_there_is_no_answer_it_says_why(
    engine: FakeEngine, kind: str, words: str
) -> None:
    engine.answers("send_call", {"message_id": "x", "kind": kind})
    async with screen(engine=engine) as drive:
        await choose(drive, "heartbeat")
        await drive.press("enter")
        assert drive.shows(words)


async def test_what_is_not_sent_says_why(engine: FakeEngine) -> None:
    engine.refuses("send_call", "not sent: there is no connection to the CSMS")
    async with screen(engine=engine) as drive:
        await choose(drive, "heartbeat")
        await drive.press("enter")
        assert drive.shows("refused", "there is no connection")


async def test_while_the_answer_is_awaited_nothing_is_sent_twice(engine: FakeEngine) -> None:
    held = engine.holds("send_call")
    async with screen(engine=engine) as drive:
        await choose(drive, "heartbeat")
        await drive.press("enter", "ctrl+s")
        assert drive.shows("sent, waits for the answer", "since 14:03:27")
        assert [method for method, _ in engine.calls].count("send_call") == 1
        held.set()
        await drive.settle()
        assert drive.shows("CALLRESULT")


async def test_the_authorization_key_is_never_readable_nor_remembered(engine: FakeEngine) -> None:
    secret = "0123456789abcdef0123"
    text = '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"%s"}]'
    async with screen(engine=engine) as drive:
        await choose(drive, "raw frame")
        drive.app.screen.query_one(TextArea).text = text.replace("%s", secret)
        await drive.settle()
        await drive.press("ctrl+r")
        assert drive.shows("ChangeConfiguration")
        assert secret not in drive.text()
        assert field(drive, "value").password
        await drive.press("ctrl+s", "ctrl+o")
        assert not drive.shows("Sent before")


async def test_an_observer_and_a_charge_point_without_csms_cannot_compose(
    engine: FakeEngine,
) -> None:
    async with screen(engine=engine, read_only=True, at="messages") as drive:
        await drive.press("c")
        assert drive.shows("read only: attached as an observer")
    async with screen(worlds.broken(), at="messages") as drive:
        await drive.press("c")
        assert drive.shows("there is no connection to the CSMS")


@pytest.mark.parametrize("poison", HOSTILE.values(), ids=HOSTILE)
async def test_nothing_hostile_is_prefilled_and_every_answer_is_harmless(poison: str) -> None:
    engine = FakeEngine(poisoned_world(worlds.healthy(), poison))
    reason = Reason(id=poison, rule=poison, text=poison, values={poison: poison})
    answer: JsonValue = {
        "message_id": poison,
        "kind": "CALLERROR",
        "code": poison,
        "description": poison,
        "details": {poison: poison},
        "latency_ms": 1,
    }
    engine.answers("send_call", answer, reason)
    async with screen(engine=engine) as drive:
        for action in ("stoptrans", "bootnot", "metervalues"):
            await choose(drive, action)
            assert_harmless(drive)
            await drive.press("ctrl+s", "ctrl+s")
            assert_harmless(drive)
            await drive.press("ctrl+o")
            assert_harmless(drive)
            await drive.press("escape")


async def test_the_longest_form_can_be_reached_to_its_end(engine: FakeEngine) -> None:
    async with screen(engine=engine) as drive:
        for size in tier(((80, 24), (200, 60)), deep=((80, 24), (120, 40), (200, 60))):
            await drive.resize(*size)
            async with drive.step(f"at {size}"):
                await choose(drive, "statusnot")
                await drive.press(*["tab"] * 6)
                assert drive.app.focused is field(drive, "vendorErrorCode")
                assert drive.shows("vendorErrorCode: optional")
