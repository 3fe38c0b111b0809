"""Codes that a close frame may have, to the ends of each range."""

from __future__ import annotations

import pytest
from pydantic import TypeAdapter, ValidationError

from cp_tui.ocpp.close_code import CODES, CloseCode

CODE: TypeAdapter[int] = TypeAdapter(CloseCode)


@pytest.mark.parametrize("code", [1000, 1003, 1007, 1014, 3000, 4999])
def test_a_side_may_close_with_these(code: int) -> None:
    assert CODE.validate_python(code) == code


@pytest.mark.parametrize("code", [-1, 0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_536])
def test_others_are_refused_with_what_is_allowed(code: int) -> None:
    with pytest.raises(ValidationError) as refusal:
        CODE.validate_python(code)
    (error,) = refusal.value.errors()
    assert error["msg"] == f"must be a code that a close frame may have ({CODES}), not {code}"
