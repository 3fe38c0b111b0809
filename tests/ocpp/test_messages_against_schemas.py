"""Every message model against the JSON schema of an independent implementation, both directions."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from cp_tui.ocpp.action import SPEC
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.feature_profile import FeatureProfile
from tests.ocpp.messages import MESSAGES, Message, Schema, schema, schema_accepts
from tests.ocpp.mutants import Mutant, mutants, sample


class Difference(NamedTuple):
    """Where we and the schema do not agree, and why: we are stricter, with one exception."""

    change: str
    reason: str
    only_where: frozenset[str] = frozenset()
    """The fields concerned; empty: all."""
    we_accept: bool = False


DIFFERENCES = (
    Difference("the word Hertz", "not in the official schemas: E 3.86 leaves the unit out"),
    Difference("not ASCII", "CiString holds printable ASCII only (S 7)"),
    Difference("a control character", "CiString holds printable ASCII only (S 7)"),
    Difference("no date and time", "the schema's `format` is a remark that validators skip"),
    Difference("beyond 64 bits", "the standard sets no range, the store does"),
    Difference("beyond 10^14", "a binary float no longer tells tenths apart there"),
    Difference(
        "empty list",
        "one or more values (S 7.33), which the schema of MeterValues says and this one does not",
        frozenset({"transactionData[].sampledValue"}),
    ),
    Difference(
        "empty text",
        "a signature is required, and none is no signature (W L01)",
        frozenset({"firmware.signature"}),
    ),
    Difference(
        "null in its place", "tolerated for an empty payload (J 4.2.1)", frozenset({""}), True
    ),
)

PLAIN_TEXT = {"location", "data", "value"}
"""Base fields that are not CiString: a URL, free text, a sampled value."""


def _is_plain_text(message: Message, where: str) -> bool:
    if SPEC[message.action].feature_profile is FeatureProfile.SECURITY:
        return True
    name = where.rpartition(".")[2]
    return name in PLAIN_TEXT and not (name == "value" and "sampledValue" not in where)


def _difference(message: Message, mutant: Mutant) -> Difference | None:
    for difference in DIFFERENCES:
        if difference.change != mutant.change:
            continue
        if difference.only_where and mutant.where not in difference.only_where:
            continue
        if "CiString" in difference.reason and _is_plain_text(message, mutant.where):
            continue
        if difference.we_accept and schema(message).get("required"):
            continue
        return difference
    return None


def _we_accept(message: Message, payload: str) -> bool:
    try:
        message.read(payload)
    except OcppError:
        return False
    return True


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_what_the_schema_accepts_we_accept_and_what_it_refuses_we_refuse(message: Message) -> None:
    for mutant in mutants(schema(message)):
        theirs = schema_accepts(message, mutant.payload)
        ours = _we_accept(message, mutant.payload)
        difference = _difference(message, mutant)
        if difference is not None:
            assert (theirs, ours) == (not difference.we_accept, difference.we_accept), mutant
        else:
            assert ours == theirs, mutant


def test_every_named_difference_is_met() -> None:
    met = {
        difference.change
        for message in MESSAGES
        for mutant in mutants(schema(message))
        if (difference := _difference(message, mutant)) is not None
    }
    assert met == {difference.change for difference in DIFFERENCES}


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_what_we_send_is_what_we_read_and_the_schema_accepts_it(message: Message) -> None:
    for full in (True, False):
        payload = sample(schema(message), full=full)
        sent = message.read(json.dumps(payload)).to_payload()
        assert sent == payload
        assert schema_accepts(message, json.dumps(sent))


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_what_we_accept_we_also_send_in_a_form_that_the_schema_accepts(message: Message) -> None:
    for mutant in mutants(schema(message)):
        if not _we_accept(message, mutant.payload):
            continue
        sent = message.read(mutant.payload).to_payload()
        assert schema_accepts(message, json.dumps(sent)), mutant
        assert message.read(json.dumps(sent)).to_payload() == sent


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_fields_required_fields_and_enumerations_are_those_of_the_schema(message: Message) -> None:
    ours = message.model.model_json_schema()
    assert _tree(ours, ours.get("$defs", {})) == _tree(schema(message), {})


def _tree(node: Schema, definitions: Schema) -> Any:
    """Reduce a schema to the names of its fields, marked where required, and its enumerations."""
    while "$ref" in node or "anyOf" in node:
        # Several choices: an optional field, or a Decimal, which may be text to pydantic.
        name = node.get("$ref", "").rpartition("/")[2]
        node = definitions[name] if name else node["anyOf"][0]
    if node.get("type") == "array":
        return [_tree(node["items"], definitions)]
    if node.get("type") != "object":
        return set(node.get("enum", ())) - {"Hertz"}
    required = node.get("required", [])
    return {
        (name, name in required): _tree(child, definitions)
        for name, child in node.get("properties", {}).items()
    }


def test_there_are_78_messages() -> None:
    assert len(MESSAGES) == 78
