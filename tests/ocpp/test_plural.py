"""Numbers of things in sentences."""

from __future__ import annotations

from cp_tui.charge_point.reason import because
from cp_tui.ocpp.plural import count


def test_a_noun_follows_its_number() -> None:
    assert [count(number, "message") for number in (0, 1, 2)] == [
        "0 messages",
        "1 message",
        "2 messages",
    ]
    assert [count(number, "try", "tries") for number in (1, 2)] == ["1 try", "2 tries"]


def test_a_reason_counts_its_values_and_keeps_them_as_they_are() -> None:
    one = because(
        "x.y", "cp-tui", "{tags:tag} after {tries:try|tries} by {who}", tags=1, tries=3, who="us"
    )
    assert one.text == "1 tag after 3 tries by us"
    assert one.values == {"tags": "1", "tries": "3", "who": "us"}
