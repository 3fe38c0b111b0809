"""Bad input from the CSMS: what wire.md promises, and the link stays up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from cp_tui.charge_point.config import FEATURE_PROFILES
from cp_tui.charge_point.variables import MessageRecord
from cp_tui.ocpp.action import SPEC, RequestDirection
from tests.charge_point.rig import Rig, rig
from tests.sources import ROOT
from tests.tiers import tier

KEYS = {
    "AdditionalRootCertificateCheck": True,
    "CertificateSignedMaxChainSize": True,
    "CertificateStoreMaxLength": True,
    "CpoName": False,
    "SecurityProfile": False,
    "SupportedFileTransferProtocols": True,
}
"""Those of the whitepaper that can be read, and whether they can only be read (W 7)."""
FRAMES = ROOT / "tests" / "data" / "example_frames.jsonl"


def errors(made: Rig) -> list[list[Any]]:
    return [frame for frame in made.sent if frame[0] == 4]


@pytest.mark.parametrize(
    ("text", "message_id", "code"),
    [
        ("", "-1", "GenericError"),
        ("{}", "-1", "GenericError"),
        ("[2", "-1", "GenericError"),
        ("\x00\xff", "-1", "GenericError"),
        ('[2,"a"]', "a", "FormationViolation"),
        ('[2,"a",["x"],{}]', "a", "FormationViolation"),
        ('[2,"a","Reset",[]]', "a", "FormationViolation"),
        (json.dumps([2, "a" * 37, "Heartbeat", {}]), "a" * 37, "FormationViolation"),
        ('[2,"a","Nonsense",{}]', "a", "NotImplemented"),
        ('[2,"a","BootNotification",{}]', "a", "FormationViolation"),
        ('[2,"a","Heartbeat",{}]', "a", "NotSupported"),
        ('[2,"a","Reset",{}]', "a", "FormationViolation"),
        ('[2,"a","Reset",{"type":"Hard","x":1}]', "a", "FormationViolation"),
        ('[2,"a","Reset",{"type":1}]', "a", "TypeConstraintViolation"),
        ('[2,"a","Reset",{"type":"Warm"}]', "a", "PropertyConstraintViolation"),
        ('[2,"a","GetLog",{"logType":"SecurityLog","requestId":1}]', "a", None),
    ],
)
def test_every_malformed_request_is_answered(text: str, message_id: str, code: str | None) -> None:
    made = rig()
    made.receive(text)
    found = errors(made)
    assert len(found) == 1
    assert found[0][1] == message_id
    assert code in (None, found[0][2])
    assert len(found[0][3]) <= 255
    assert made.request("GetConfiguration")[0] == 3


def test_answers_and_unknown_types_are_never_answered() -> None:
    made = rig()
    for text in (
        '[3,"nobody",{}]',
        '[3,"nobody"]',
        '[4,"nobody","GenericError","",{}]',
        '[4,"nobody"]',
        '[7,"x",{}]',
    ):
        made.receive(text)
    assert made.sent == []


def test_undecodable_bytes_are_answered() -> None:
    made = rig()
    made.receive(b"\xff\xfe[2")
    assert errors(made)[0][1:3] == ["-1", "GenericError"]


def test_an_answer_that_fails_its_schema_is_never_answered() -> None:
    made = rig()
    made.responders["Authorize"] = lambda _: {"idTagInfo": {"status": "Maybe"}}
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    assert not made.calls("StartTransaction")
    assert errors(made) == []


def test_a_rejected_charge_point_answers_nothing() -> None:
    made = rig(boot=False)
    answer = {"status": "Rejected", "currentTime": "2026-01-05T08:00:00Z", "interval": 600}
    made.responders["BootNotification"] = lambda _: answer
    made.power_on()
    made.forget_sent()
    made.receive('[2,"a","GetConfiguration",{}]')
    made.receive("nonsense")
    assert made.sent == []


def test_each_action_of_the_standard_is_answered_and_security_is_no_feature_profile() -> None:
    """Those that a CSMS sends are carried out; those of charge points are not supported here."""
    made, errors = rig(), {}
    examples = [json.loads(line) for line in FRAMES.read_text("utf-8").splitlines()]
    requests = {frame[2]: frame[3] for frame in examples if frame[0] == 2}
    assert len(requests) == 39
    for action in sorted(requests, key="Reset".__eq__):
        answer = made.request(action, requests[action])
        if answer[0] == 4:
            errors[action] = answer[2]
    to_csms = {s.action for s in SPEC.values() if s.direction is RequestDirection.TO_CSMS}
    assert errors == dict.fromkeys(to_csms, "NotSupported")
    found = made.request("GetConfiguration", {"key": ["SupportedFeatureProfiles", *KEYS]})[2]
    (profiles, *keys) = found["configurationKey"]
    assert profiles["value"] == ",".join(FEATURE_PROFILES)
    assert {each["key"]: each["readonly"] for each in keys} == KEYS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)
ACTIONS = ("Reset", "SetChargingProfile", "ChangeConfiguration", "RemoteStartTransaction", "X")


@settings(max_examples=tier(20, deep=5_000))
@given(st.text() | st.binary() | JSON.map(json.dumps))
def test_no_text_harms(data: str | bytes) -> None:
    made = rig()
    made.receive(data)
    assert made.request("ChangeAvailability", {"connectorId": 1, "type": "Operative"})[0] == 3


@settings(max_examples=tier(20, deep=5_000))
@given(st.sampled_from(ACTIONS), JSON)
def test_no_payload_harms(action: str, payload: Any) -> None:
    made = rig()
    made.receive(json.dumps([2, "h", action, payload]))
    assert len(made.sent) == 1
    assert made.request("ChangeAvailability", {"connectorId": 1, "type": "Operative"})[0] == 3


def test_a_huge_payload_is_answered_and_kept_in_part() -> None:
    made = rig()
    made.request("DataTransfer", {"vendorId": "V", "data": "x" * 500_000})
    request, answer = (event for name, event in made.events[-2:] if name == "messages")
    assert isinstance(request, MessageRecord)
    assert isinstance(answer, MessageRecord)
    assert isinstance(request.payload, str)
    assert request.payload.startswith('{"vendorId":"V","data":"xxx')
    assert request.payload.endswith("… (cut: 500026 bytes)")
    assert answer.payload == {"status": "UnknownVendorId"}
