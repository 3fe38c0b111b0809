"""Configuration keys in files: an export as JSON or CSV, and a saved one read again to compare.

A secret is never written. What is wrong with a file is said in one sentence.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from pydantic import ValidationError

from cp_tui.charge_point.variables import ConfigurationEntry, Identity
from cp_tui.ocpp.redaction import is_secret_key
from cp_tui.tui.state.key_lens import SavedConfiguration, SavedKey
from cp_tui.tui.text.paths import UnusableInput, expanded, text_of
from cp_tui.tui.text.words import Clock, iso

FILE_BYTES_MAX = 4 * 1024 * 1024
"""A thousand keys of 500 characters are half a megabyte."""

KEYS_MAX = 5_000
"""More keys no charge point has; a bound on what a table has to show."""

FIELDS = (
    "key",
    "value",
    "default",
    "read_only",
    "is_custom",
    "is_secret",
    "type",
    "unit",
    "constraint",
    "source",
    "changed_at",
)
"""The columns of the CSV, and the names in the JSON."""


class Difference(Struct, frozen=True):
    """A key that is not the same in both places; None: it has no value, or is not there."""

    key: str
    here: str | None
    there: str | None
    default: str | None
    is_here: bool
    is_there: bool


def to_json(entries: Sequence[ConfigurationEntry], identity: Identity | None, clock: Clock) -> str:
    """Every key with what is known of it."""
    head: dict[str, object] = {
        "charge_point_id": identity.charge_point_id if identity is not None else None,
        "firmware_version": identity.firmware_version if identity is not None else None,
        "exported_at": iso(clock.now),
        "keys": [_record(entry) for entry in entries],
    }
    return json.dumps(head, indent=2, ensure_ascii=False) + "\n"


def to_csv(entries: Sequence[ConfigurationEntry]) -> str:
    """The same as a table."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    for entry in entries:
        record = _record(entry)
        flags = {
            name: str(value).lower() for name, value in record.items() if isinstance(value, bool)
        }
        writer.writerow(record | flags)
    return text.getvalue()


def read(path: Path) -> SavedConfiguration:
    """Read a saved configuration; blocks. Raises `UnusableInput`.

    An export as JSON or CSV, or what GetConfiguration answered: its payload, or the whole frame.
    """
    text = text_of(expanded(str(path)), FILE_BYTES_MAX)
    records = _csv_records(text) if path.suffix.casefold() == ".csv" else _json_records(path, text)
    if len(records) > KEYS_MAX:
        raise UnusableInput(f"{path.name}: {len(records)} keys are more than {KEYS_MAX}")
    keys: dict[str, SavedKey] = {}
    for number, record in enumerate(records, start=1):
        try:
            saved = SavedKey.model_validate(record)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "it"
            what = f"{path.name}: key number {number}, {place}: {first['msg'].lower()}"
            raise UnusableInput(what) from None
        keys[saved.key.casefold()] = saved
    if not keys:
        raise UnusableInput(f"{path.name}: no configuration key stands in it")
    return SavedConfiguration(path.name, keys)


def differences(
    entries: Sequence[ConfigurationEntry], saved: SavedConfiguration
) -> list[Difference]:
    """The keys that are not the same here and in the file; secrets are not compared."""
    found: list[Difference] = []
    for entry in entries:
        other = saved.keys.get(entry.key.casefold())
        is_same = other is not None and (other.value or "") == (entry.value or "")
        if not is_same and not is_secret_key(entry.key):
            there = other.value if other is not None else None
            found.append(
                Difference(entry.key, entry.value, there, entry.default, True, other is not None)
            )
    known = {entry.key.casefold() for entry in entries}
    for name, other in saved.keys.items():
        if name not in known and not is_secret_key(name):
            found.append(Difference(other.key, None, other.value, None, False, True))
    return found


def _record(entry: ConfigurationEntry) -> dict[str, object]:
    secret = is_secret_key(entry.key)
    known: dict[str, object] = {
        "is_secret": secret,
        "value": None if secret else entry.value,
        "default": None if secret else entry.default,
        "source": entry.source.value,
        "changed_at": iso(entry.changed_at) if entry.changed_at else None,
    }
    return {name: known[name] if name in known else getattr(entry, name) for name in FIELDS}


def _csv_records(text: str) -> list[object]:
    rows = csv.DictReader(io.StringIO(text))
    try:
        return [
            {"key": row.get("key"), "value": row.get("value") or None, "is_secret": False}
            for row in rows
        ]
    except csv.Error as error:
        raise UnusableInput(f"not a table: {error}") from None


def _json_records(path: Path, text: str) -> list[object]:
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        raise UnusableInput(f"{path.name}: it is neither JSON nor *.csv") from None
    if isinstance(found, list) and len(found) == 3:
        # A whole frame: [3, "id", {...}].
        found = found[2]
    if isinstance(found, dict):
        for name in ("keys", "configurationKey", "configuration_key"):
            records = found.get(name)
            if isinstance(records, list):
                return records
    raise UnusableInput(
        f"{path.name}: neither an export of cp-tui nor an answer to GetConfiguration"
    )
