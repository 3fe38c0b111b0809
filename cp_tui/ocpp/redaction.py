"""What is secret, and how it is kept out of all that is shown, recorded and exported.

Secret are the AuthorizationKey however it is spelt, user, password and query of a location, and
private keys. Pure: gives copies, and what holds no secret as it is.

Every frame passes here on its way to the screen, the log and the record, so there is a quick way
out: a payload without a telling field, in a text without a telling word, is given back as it is.
The rest is masked rather too much than too little. A CSMS that writes `authorization key`, puts the
key into the wrong field or composes it by hand has sent the right secret all the same, and what is
masked by mistake can still be asked for at the CSMS.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue

    from cp_tui.ocpp.model import WireModel

MASK = "***"
SECRET_VALUE = "(secret)"
"""Stands for the value of a key that nobody is shown."""
LOCATION_MAX = 300
TEXT_MAX = 4_000
"""Longest text of no known form that is kept for people to look at."""

_AUTHORIZATION_KEY = re.compile(r"authorization[\W_]{0,3}key", re.IGNORECASE)
"""Also as people misspell it."""
_PRIVATE_KEY = "private key-----"
_PASSWORD_NAME = re.compile(r"passw(?:or)?d|passphrase|secret", re.IGNORECASE)
"""In the name of a vendor's key or field, such as WifiPassword."""
_PASSWORD = re.compile(r"(?:passw(?:or)?d|passphrase|secret)[\w\\\"' ]{0,10}[:=]", re.IGNORECASE)
"""A value of such a name in a text."""
_SOUNDS_SECRET = re.compile(r"auth|key|pass|pin|pwd|secret|token", re.IGNORECASE)
_LOCATIONS = "location", "remoteLocation"
_HOLD_LOCATIONS = "log", "firmware"
"""Of GetLog and SignedUpdateFirmware."""
_TELLING = frozenset({"value", "configurationKey", *_LOCATIONS, *_HOLD_LOCATIONS})
"""A payload without these fields holds no secret."""
_ESCAPED_ASCII = "\\u00"
_RUN = re.compile(r"://[^\s\"'<>]*")


def is_secret_key(name: object) -> bool:
    """Whether this names a configuration key whose value is told to nobody."""
    return isinstance(name, str) and _AUTHORIZATION_KEY.fullmatch(name.strip()) is not None


def may_hold_secret(text: str) -> bool:
    """Whether a text of any form may hold the AuthorizationKey or a private key."""
    lowered = text.lower()
    return (
        _PRIVATE_KEY in lowered
        or ("authorization" in lowered and _AUTHORIZATION_KEY.search(lowered) is not None)
        or (("pass" in lowered or "secret" in lowered) and _PASSWORD.search(lowered) is not None)
    )


def sounds_secret(text: str) -> bool:
    """Whether a text that need not be shown has a word as they stand beside secrets."""
    return _SOUNDS_SECRET.search(text) is not None


def names_secret(name: object) -> bool:
    """Whether what has this name is no matter for others, a vendor's password as well."""
    return is_secret_key(name) or (
        isinstance(name, str) and _PASSWORD_NAME.search(name) is not None
    )


def shown_value(key: str, value: str) -> str:
    """Give the value of a configuration key as it may be shown."""
    return SECRET_VALUE if is_secret_key(key) else value


def shown_location(location: str) -> str:
    """Mask user, password and query of a URL: signed links carry their secret in the query."""
    scheme, separator, rest = location.partition("://")
    if not separator:
        scheme, rest = "", location
    # Up to the last `@`: a password may hold `/`, `?` and `@` that nobody has encoded.
    _, at, after = rest.rpartition("@")
    place = re.split("[?#]", after, maxsplit=1)
    query = f"?{MASK}" if len(place) > 1 else ""
    user_info = f"{MASK}@" if at else ""
    return f"{scheme}{separator}{user_info}{place[0]}"[:LOCATION_MAX] + query


def shown_text(text: str) -> str:
    """Give the begin of a text of no known form, without what may be user and password of a URL."""
    if may_hold_secret(text):
        return f"({len(text)} characters, not shown)"
    return _RUN.sub(lambda run: _without_user(run[0]), text)[:TEXT_MAX]


def _without_user(run: str) -> str:
    _, at, after = run.rpartition("@")
    return f"://{MASK}@{after}" if at else run


def redacted(action: str, payload: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Give the payload of a message of an action without its secrets: itself if it has none."""
    if payload.keys().isdisjoint(_TELLING):
        return payload
    shown: dict[str, JsonValue] = {}
    if action == "ChangeConfiguration" and "value" in payload:
        key = payload.get("key")
        # What is no name may be a key that was put in its place.
        if not isinstance(key, str) or names_secret(key):
            shown["value"] = MASK
    for name in _LOCATIONS:
        location = payload.get(name)
        if isinstance(location, str):
            shown[name] = shown_location(location)
    for name in _HOLD_LOCATIONS:
        within = payload.get(name)
        if isinstance(within, dict):
            shown[name] = redacted("", within)
    keys = payload.get("configurationKey")
    if isinstance(keys, list):
        shown["configurationKey"] = [_redacted_key(each) for each in keys]
    return {**payload, **shown} if any(shown[name] != payload[name] for name in shown) else payload


def redacted_as_read(
    action: str, payload: dict[str, JsonValue], text: str | bytes
) -> dict[str, JsonValue]:
    """Give the payload of a frame that was read as `text` without its secrets, in any shape.

    A CSMS that takes a wrong name, case or depth for them sends the right secret all the same.
    """
    shown: JsonValue = redacted(action, payload)
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    is_suspect = "@" in text or _ESCAPED_ASCII in text or may_hold_secret(text)
    if is_suspect and action != "GetConfiguration":
        shown = redacted_all_through(shown)
    assert isinstance(shown, dict)
    return payload if shown == payload else shown


def _redacted_key(key: JsonValue) -> JsonValue:
    value = key.get("value") if isinstance(key, dict) else None
    if not isinstance(key, dict) or value is None:
        return key
    if names_secret(key.get("key")):
        return {**key, "value": MASK}
    if isinstance(value, str) and "@" in value:
        return {**key, "value": _RUN.sub(lambda run: _without_user(run[0]), value)}
    return key


def redacted_payload(message: WireModel) -> dict[str, JsonValue]:
    """Give the payload of a message without its secrets."""
    action = type(message).__name__.removesuffix("Request").removesuffix("Response")
    return redacted(action, message.to_payload())


def redacted_message(message: WireModel) -> WireModel:
    """Give a message without its secrets: itself if it has none."""
    shown = redacted_payload(message)
    if shown == message.to_payload():
        return message
    return type(message).model_validate(shown, by_name=False)


def redacted_all_through(value: JsonValue) -> JsonValue:
    """Give what a person composed, without the secrets wherever they were put.

    Whatever stands beside the name of the AuthorizationKey, in an object or a list, may be the key.
    """
    if isinstance(value, str):
        if may_hold_secret(value):
            return value if is_secret_key(value) else MASK
        return _RUN.sub(lambda run: _without_user(run[0]), value)
    if isinstance(value, list):
        has_name = any(map(is_secret_key, value))
        return [_beside_name(each) if has_name else redacted_all_through(each) for each in value]
    if not isinstance(value, dict):
        return value
    has_name = any(map(is_secret_key, value.values()))
    return {
        name: MASK
        if may_hold_secret(name) or names_secret(name)
        else _beside_name(each)
        if has_name
        else redacted_all_through(each)
        for name, each in value.items()
    }


def _beside_name(value: JsonValue) -> JsonValue:
    return value if is_secret_key(value) or isinstance(value, bool) else MASK
