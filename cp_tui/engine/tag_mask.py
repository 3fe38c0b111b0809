"""Tags kept out of trace and bundle: each gets a stand-in, always the same, to follow sessions by.

A tag of four bytes is guessed from a plain digest within minutes, so the digest has a key, which
stays in the data folder. Where words may name a tag, the words are left out: nobody can tell which
of them is one.
"""

from __future__ import annotations

import os
import secrets
from hashlib import blake2b
from pathlib import Path
from typing import Any

from cp_tui.charge_point.codec import decode, encode
from cp_tui.ocpp.redaction import MASK

KEY_FILE = "trace.key"
KEY_BYTES = 16

_TAG = "idtag"
"""How the name of a field that holds a tag ends, in small letters and without strokes: on the wire,
in our events and in our variables."""
_WORDS = frozenset({"cause", "data"})
"""Fields that may name one: the cause of a status, and the data of a DataTransfer."""


class TagMask:
    """Replaces tags in the JSON of frames and events."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def masked(self, line: bytes) -> bytes:
        """Give a line of JSON without the tags in it."""
        return encode(self.walked(decode(Any, line)))

    def stand_in(self, tag: str) -> str:
        """Give what stands for a tag; letters count as small ones, as everywhere (S 7.13)."""
        digest = blake2b(tag.lower().encode(), key=self._key, digest_size=4)
        return f"tag-{digest.hexdigest()}"

    def walked(self, content: object) -> object:
        """Give what stands in JSON without the tags in it."""
        if isinstance(content, list):
            return [self.walked(each) for each in content]
        if not isinstance(content, dict):
            return content
        if "rule" in content and "text" in content:
            # A reason, under whatever name.
            return content | {"text": MASK, "values": {}}
        return {name: self._field(name, value) for name, value in content.items()}

    def _field(self, name: str, value: object) -> object:
        if name.lower().replace("_", "").endswith(_TAG) and isinstance(value, str):
            return self.stand_in(value) if value else value
        if name in _WORDS and value is not None:
            return MASK
        # Of something that is no frame, or too long to be kept whole, only words are there.
        if name == "payload" and isinstance(value, str):
            return MASK
        return self.walked(value)


def mask_of(folder: Path) -> TagMask | None:
    """Give the mask of a data folder; None: its charge point was never asked to have one."""
    return tag_mask(folder) if (folder / KEY_FILE).is_file() else None


def tag_mask(folder: Path) -> TagMask:
    """Open the mask of a data folder, with a new key where there is none; raises `OSError`."""
    path = folder / KEY_FILE
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        key = b""
    if len(key) != KEY_BYTES:
        key = secrets.token_bytes(KEY_BYTES)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key)
    return TagMask(key)
