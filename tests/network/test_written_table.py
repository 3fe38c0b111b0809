"""Tables that people write: true is no number, and what is unknown or wrong is not repeated."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pydantic import ValidationError

from cp_tui.network.written_table import WrittenTable


class Example(WrittenTable):
    """A field of each kind."""

    count: int = 0
    share: float = 0.0
    amount: Decimal = Decimal(0)
    is_on: bool = False
    either: bool | int = 0


def test_a_flag_is_a_flag_and_no_number() -> None:
    read = Example.model_validate(
        {"count": 3, "share": 2, "amount": "1.5", "is_on": True, "either": True}
    )
    assert (read.count, read.share, read.amount) == (3, 2.0, Decimal("1.5"))
    assert (read.is_on, read.either) == (True, True)


@pytest.mark.parametrize("flag", [True, False])
@pytest.mark.parametrize(
    ("field", "kind"), [("count", "int_type"), ("share", "float_type"), ("amount", "decimal_type")]
)
def test_a_flag_is_refused_where_a_number_is_wanted(field: str, kind: str, flag: bool) -> None:
    with pytest.raises(ValidationError) as refusal:
        Example.model_validate({field: flag})
    (error,) = refusal.value.errors()
    assert (error["type"], error["loc"]) == (kind, (field,))


def test_what_is_unknown_is_a_mistake_and_no_value_is_repeated() -> None:
    with pytest.raises(ValidationError) as refusal:
        Example.model_validate({"secret": "hunter2", "count": "hunter2"})
    assert "hunter2" not in str(refusal.value)
    assert {error["type"] for error in refusal.value.errors()} == {"extra_forbidden", "int_parsing"}
