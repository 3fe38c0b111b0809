"""Which configuration keys somebody wants to see: all, the changed ones, or the differing ones."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field
from pydantic import BaseModel, ConfigDict


class SavedKey(BaseModel):
    """A key of an export, or of GetConfiguration.conf; what else stands there is left alone."""

    model_config = ConfigDict(extra="ignore", strict=True)

    key: str
    value: str | None = None
    is_secret: bool = False


class SavedConfiguration(Struct, frozen=True):
    """The keys of a file, by their names in small letters."""

    name: str
    keys: Mapping[str, SavedKey] = field(default_factory=dict)


class KeyLens(Struct, frozen=True):
    """How the screen of the configuration looks at the keys."""

    is_changed_only: bool = False
    saved: SavedConfiguration | None = None
    """Only keys that differ from this file."""

    @property
    def hides(self) -> bool:
        """Whether there may be keys that are not shown."""
        return self.is_changed_only or self.saved is not None
