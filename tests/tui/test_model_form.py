"""Forms from models: every request has one, texts become JSON, and nothing typed is refused."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given, strategies as st
from pydantic import JsonValue

from cp_tui.engine.hub import VariableChanged
from cp_tui.ocpp.action import SPEC, Action, RequestDirection
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.drafts import (
    TEXT_BYTES_MAX,
    Bench,
    MessageDraft,
    as_form,
    as_text,
    call_of,
    draft_defect,
)
from cp_tui.tui.actions.model_form import FieldKind, action_fields, defect_of, payload_of, texts_of
from cp_tui.tui.compose.examples import example, sent_by
from cp_tui.tui.state.store import Snapshot, SnapshotStore
from cp_tui.tui.text.words import Clock
from tests.tui import worlds

BENCH = Bench("test", "Test", "", "send")
CLOCK = Clock(worlds.NOW, UTC)
CERTIFICATES = {
    Action.SIGN_CERTIFICATE,
    Action.CERTIFICATE_SIGNED,
    Action.DELETE_CERTIFICATE,
    Action.INSTALL_CERTIFICATE,
    Action.SIGNED_UPDATE_FIRMWARE,
}
"""Nobody can make up what they need."""


def snapshot(world: worlds.World) -> Snapshot:
    store = SnapshotStore()
    store.apply([VariableChanged(name, value) for name, value in world.items()])
    return store.snapshot


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_form_whose_example_is_valid(action: Action) -> None:
    for world in (worlds.healthy(), worlds.empty()):
        draft = MessageDraft(action, example(action, snapshot(world), CLOCK))
        if action not in CERTIFICATES:
            assert draft_defect(draft) is None
        form = as_form(as_text(draft, "id"))
        assert isinstance(form, MessageDraft)
        assert (form.action, form.payload) == (action, draft.payload)


def test_each_side_has_its_own_actions_and_shares_data_transfer() -> None:
    to_csms, to_charge_point = (
        sent_by(RequestDirection.TO_CSMS),
        sent_by(RequestDirection.TO_CHARGE_POINT),
    )
    assert set(to_csms) & set(to_charge_point) == {Action.DATA_TRANSFER}
    assert set(to_csms) | set(to_charge_point) == set(SPEC)


def test_an_example_knows_the_running_transaction() -> None:
    texts = example(Action.STOP_TRANSACTION, snapshot(worlds.healthy()), CLOCK)
    assert (texts["transactionId"], texts["idTag"]) == ("1234", "04A2B3C4D5")
    assert texts["timestamp"] == "2026-01-05T14:03:27Z"


def test_a_field_tells_its_rule() -> None:
    fields = {field.name: field for field in action_fields(Action.REMOTE_START_TRANSACTION)}
    assert fields["idTag"].rule == "required, text, up to 20 characters"
    unit = fields["chargingProfile.chargingSchedule.chargingRateUnit"]
    assert unit.rule == "required in chargingProfile.chargingSchedule, A | W"
    assert (unit.label, unit.is_in_optional) == ("chargingRateUnit", True)
    periods = fields["chargingProfile.chargingSchedule.chargingSchedulePeriod"]
    assert periods.kind is FieldKind.JSON


def test_texts_become_what_their_fields_take() -> None:
    fields = action_fields(Action.SET_CHARGING_PROFILE)
    schedule = "csChargingProfiles.chargingSchedule."
    payload = payload_of(
        fields,
        {
            "connectorId": "1",
            "csChargingProfiles.stackLevel": "0",
            f"{schedule}chargingSchedulePeriod": '[{"startPeriod": 0, "limit": 8.5}]',
            f"{schedule}minChargingRate": "6.1",
            "csChargingProfiles.validTo": "",
        },
    )
    assert payload == {
        "connectorId": 1,
        "csChargingProfiles": {
            "stackLevel": 0,
            "chargingSchedule": {
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.5}],
                "minChargingRate": 6.1,
            },
        },
    }


@pytest.mark.parametrize(
    ("action", "name", "text", "value"),
    [
        (Action.UNLOCK_CONNECTOR, "connectorId", "one", "one"),
        (Action.UNLOCK_CONNECTOR, "connectorId", "1.5", 1.5),
        (Action.UNLOCK_CONNECTOR, "connectorId", "null", None),
        (Action.UNLOCK_CONNECTOR, "connectorId", "NaN", "NaN"),
        (Action.RESET, "type", "Tepid", "Tepid"),
        (Action.AUTHORIZE, "idTag", "12", "12"),
        (Action.AUTHORIZE, "idTag", '""', ""),
        (Action.METER_VALUES, "meterValue", "[{", "[{"),
        (Action.GET_CONFIGURATION, "key", "A, B", ["A", "B"]),
        (Action.GET_CONFIGURATION, "key", '""', []),
    ],
)
def test_what_does_not_fit_goes_into_the_payload_as_it_stands(
    action: Action, name: str, text: str, value: JsonValue
) -> None:
    assert payload_of(action_fields(action), {name: text}) == {name: value}


@given(st.sampled_from(list(Action)), st.text(max_size=40))
def test_no_text_breaks_a_form(action: Action, text: str) -> None:
    fields = action_fields(action)
    texts = {field.name: text for field in fields}
    payload = payload_of(fields, texts)
    defect_of(action, payload)
    again = texts_of(fields, payload)
    assert again is None or payload_of(fields, again) == payload


def test_a_payload_that_no_form_holds_stays_text() -> None:
    assert texts_of(action_fields(Action.RESET), {"type": "Hard", "more": 1}) is None
    for text in ("[2,", '[3,"1",{}]', '[2,"1","Nonsense",{}]', '[2,"1","Reset",{"a":1}]'):
        assert isinstance(as_form(MessageDraft(None, {}, text)), str)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[2,", "line 1 column 4: a ] is missing at the end (GenericError)"),
        ('[2,"1","Reset",{"type":"Tepid"}]', "PropertyConstraintViolation"),
        ('[2,"1","Nonsense",{}]', "there is no Action"),
        ('[9,"1"]', "to be ignored"),
        ('[3,"x",{}]', "an answer, which counts only where a request waits under its id"),
        ('[4,"x","GenericError","",{}]', "an answer, which counts only where a request waits"),
        ('[2,"","Heartbeat",{}]', "the message id is empty"),
    ],
)
def test_what_is_wrong_with_a_text_is_said(text: str, words: str) -> None:
    assert words in (draft_defect(MessageDraft(None, {}, text)) or "")


def test_the_authorization_key_is_neither_carried_over_nor_remembered() -> None:
    secret = "0123456789abcdef0123"
    texts = {"key": " authorizationKEY", "value": secret}
    draft = MessageDraft(Action.CHANGE_CONFIGURATION, texts)
    assert draft.payload["value"] == secret
    assert secret not in (as_text(draft, "id").text or "")
    assert draft.holds_secret
    assert MessageDraft(None, {}, "x AuthorizationKey").holds_secret
    assert not MessageDraft(Action.HEARTBEAT).holds_secret


def test_a_draft_that_cannot_go_through_the_door_is_told() -> None:
    long = "ä" * TEXT_BYTES_MAX
    assert "too long" in str(call_of(BENCH, MessageDraft(None, {}, long)))
    assert "too long" in str(call_of(BENCH, MessageDraft(Action.AUTHORIZE, {"idTag": long})))
    assert call_of(BENCH, MessageDraft(None, {}, "")) == "the text must not be empty"
    assert call_of(BENCH, MessageDraft(None, {}, "[")) == CommandCall("send_raw", {"text": "["})
