"""What is known of one configuration key, standard or custom, and how a value for it is checked.

Knows the rules that follow from the key alone. Whether a measurand can be measured, how many items
a list may hold or whether a security profile can be reached is for those who know the station.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.plural import count

NAME_LENGTH_MAX = 50
VALUE_LENGTH_MAX = 500

INTEGER_MAX = 2**31 - 1
"""The standard sets no range; a number of seconds beyond this leaves the calendar."""

_INTEGER = re.compile("-?[0-9]+")
_PRINTABLE_ASCII = re.compile("[ -~]*")
# Enough to recognise a value in an error message, and little enough for one line.
_QUOTE_LENGTH_MAX = 60


class Access(StrEnum):
    """What a CSMS may do with a key."""

    READ_ONLY = "R"
    READ_WRITE = "RW"
    WRITE_ONLY = "W"


class KeyType(StrEnum):
    """How the text of a value is read."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    STRING = "string"
    LIST = "list"
    """Items separated by commas."""


class Rule(Struct, frozen=True):
    """A rule beyond type, range and choices, for the value or for each item of a list."""

    words: str
    """What is allowed, to be read after "must be"."""
    check: Callable[[str], str]
    """Returns the canonical text, raises ValueError."""
    identity: Callable[[str], str] = str
    """Two items of a list with the same identity are duplicates."""


class KeySpec(Struct, frozen=True):
    """A configuration key: its type, what it allows and what it does."""

    name: str
    type: KeyType = KeyType.STRING
    access: Access = Access.READ_WRITE
    profile: FeatureProfile | None = None
    """The feature profile with which the key comes and goes; None: it is always there."""
    is_required: bool = False
    """Whether a charge point with this profile must have the key."""
    default: str | None = None
    """None: it depends on the station, or there is none."""
    unit: str | None = None
    minimum: int | None = None
    """Of an integer."""
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    """The allowed values, or the allowed items of a list; empty: any."""
    rule: Rule | None = None
    is_reboot_required: bool = False
    """Whether a new value works only after a reboot (`RebootRequired`, S 5.3)."""
    allows_empty: bool = True
    """Of a list."""
    max_length_key: str | None = None
    """The key that says how many items this list may hold."""
    effect: str = ""
    """What the key does, in one line."""
    source: str = ""
    """Where the standard defines it."""

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= NAME_LENGTH_MAX or not _PRINTABLE_ASCII.fullmatch(self.name):
            raise ValueError(
                f"a key's name is 1 to {NAME_LENGTH_MAX} characters of printable ASCII"
            )
        if self.type is not KeyType.INTEGER and (self.minimum, self.maximum) != (None, None):
            raise ValueError(f"{self.name}: only an integer has a minimum and a maximum")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"{self.name}: the minimum is above the maximum")
        if self.type is KeyType.BOOLEAN and self.choices:
            raise ValueError(f"{self.name}: a boolean has no choices")

    @property
    def is_read_only(self) -> bool:
        """Whether ChangeConfiguration is Rejected."""
        return self.access is Access.READ_ONLY

    @property
    def constraint(self) -> str:
        """What is allowed, in words to be read after "must be"."""
        noun = "a comma-separated list of " if self.type is KeyType.LIST else ""
        if self.rule is not None:
            return noun + self.rule.words
        if self.choices:
            return noun + ("" if noun else "one of ") + ", ".join(self.choices)
        match self.type:
            case KeyType.BOOLEAN:
                return "true or false"
            case KeyType.INTEGER:
                return f"an integer {_range(self.minimum, self.maximum)}"
            case KeyType.STRING:
                return f"text of at most {VALUE_LENGTH_MAX} printable ASCII characters"
            case KeyType.LIST:
                return noun + "text"

    def check(self, value: str, *, items_max: int | None = None) -> str:
        """Return `value` in its canonical spelling, or raise ValueError saying what is allowed.

        Without regard to access: first values of read-only keys are checked as well.
        """
        if len(value) > VALUE_LENGTH_MAX or not _PRINTABLE_ASCII.fullmatch(value):
            raise ValueError(
                f"{self.name} must be at most {VALUE_LENGTH_MAX} characters of printable ASCII"
            )
        try:
            if self.type is KeyType.LIST:
                return self._check_list(value, items_max)
            return self._check_item(value)
        except ValueError as error:
            defect = str(error)
        raise ValueError(self._refusal(value, defect))

    def _refusal(self, value: str, defect: str) -> str:
        # What must not be read must not come back in an error message either.
        if self.access is Access.WRITE_ONLY:
            return f"{self.name} must be {self.constraint}"
        because = f" ({_cut(defect)})" if defect else ""
        return f'{self.name}: "{_cut(value)}" is refused{because}; must be {self.constraint}'

    def _check_list(self, value: str, items_max: int | None) -> str:
        if not value.strip():
            if not self.allows_empty:
                raise ValueError("empty")
            return ""
        items = [self._check_item(item.strip()) for item in value.split(",")]
        identity = self.rule.identity if self.rule else str
        identities = [identity(item) for item in items]
        twice = next((item for item in identities if identities.count(item) > 1), None)
        if twice is not None:
            raise ValueError(f"twice: {twice}")
        if items_max is not None and len(items) > items_max:
            raise ValueError(f"{count(len(items), 'item')}, at most {items_max}")
        return ",".join(items)

    def _check_item(self, text: str) -> str:
        match self.type:
            case KeyType.BOOLEAN:
                text = text.lower()
                if text not in ("true", "false"):
                    raise ValueError
            case KeyType.INTEGER:
                text = self._check_integer(text)
            case KeyType.LIST if not text:
                raise ValueError("an empty item")
            case _:
                pass
        if self.rule is not None:
            text = self.rule.check(text)
        if self.choices and text not in self.choices:
            raise ValueError(f"unknown: {text}" if self.type is KeyType.LIST else "")
        return text

    def _check_integer(self, text: str) -> str:
        if not _INTEGER.fullmatch(text):
            raise ValueError("not an integer")
        number = int(text)
        minimum = -INTEGER_MAX if self.minimum is None else self.minimum
        maximum = INTEGER_MAX if self.maximum is None else self.maximum
        if number < minimum:
            raise ValueError("too small")
        if number > maximum:
            raise ValueError("too large")
        return str(number)


def _range(minimum: int | None, maximum: int | None) -> str:
    if minimum is None:
        return f"up to {INTEGER_MAX if maximum is None else maximum}"
    return f"of at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"


def _cut(text: str) -> str:
    return text if len(text) <= _QUOTE_LENGTH_MAX else text[:_QUOTE_LENGTH_MAX] + "..."
