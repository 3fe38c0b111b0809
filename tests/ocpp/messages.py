"""The 78 messages and the JSON schemas that the `ocpp` package ships for them."""

from __future__ import annotations

import json
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import ocpp
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

from cp_tui.ocpp.action import SPEC, Action
from cp_tui.ocpp.frame import Call, CallResult, parse
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.validation import parse_request, parse_response

Schema = dict[str, Any]

_SCHEMAS = Path(ocpp.__file__).parent / "v16" / "schemas"


class Kind(StrEnum):
    """Request or response."""

    REQUEST = "request"
    RESPONSE = "response"


class Message(NamedTuple):
    """One of the 78."""

    action: Action
    kind: Kind

    def __str__(self) -> str:
        return f"{self.action} {self.kind}"

    @property
    def model(self) -> type[WireModel]:
        """Our model."""
        spec = SPEC[self.action]
        return spec.request if self.kind is Kind.REQUEST else spec.response

    def read(self, payload: str) -> WireModel:
        """Read the text of a payload as if it came over the wire."""
        if self.kind is Kind.REQUEST:
            call = parse(f'[2,"id","{self.action}",{payload}]')
            assert isinstance(call, Call)
            return parse_request(call.action, call.payload, call.message_id)
        result = parse(f'[3,"id",{payload}]')
        assert isinstance(result, CallResult)
        return parse_response(self.action, result.payload, result.message_id)


MESSAGES = tuple(Message(action, kind) for action in Action for kind in Kind)


@cache
def schema(message: Message) -> Schema:
    """Return the schema of a message, references resolved."""
    name = message.action + ("Response" if message.kind is Kind.RESPONSE else "")
    document = json.loads((_SCHEMAS / f"{name}.json").read_text("utf-8-sig"), parse_float=Decimal)
    resolved: Schema = _resolved(document, document.get("definitions", {}))
    return resolved


def _resolved(node: Any, definitions: Schema) -> Any:
    if isinstance(node, list):
        return [_resolved(child, definitions) for child in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _resolved(definitions[node["$ref"].rpartition("/")[2]], definitions)
    return {
        name: _resolved(child, definitions) for name, child in node.items() if name != "definitions"
    }


@cache
def _validator(message: Message) -> Validator:
    document = schema(message)
    return validator_for(document)(document)


def schema_accepts(message: Message, payload: str) -> bool:
    """Judge the text of a payload by the schema alone, with exact decimals."""
    # A binary 8.1 is no multiple of 0.1, so a validator of floats refuses a legal limit.
    return bool(_validator(message).is_valid(json.loads(payload, parse_float=Decimal)))
