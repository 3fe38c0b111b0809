"""Pictures of the screen of the CSMS, and of the bench where messages are composed.

`pytest tests/tui/test_snapshots_csms.py --snapshot-update` makes them anew.
"""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from tests.tui import csms_world, worlds
from tests.tui.driving import app_on
from tests.tui.fake_engine import FakeEngine
from tests.tui.test_snapshots import Compare


def engine() -> FakeEngine:
    """A charge point whose CSMS answers what is composed."""
    fake = FakeEngine(worlds.healthy())
    payload: JsonValue = {"currentTime": "2026-01-05T14:03:27Z"}
    fake.answers(
        "send_call",
        {"message_id": "x-1", "kind": "CALLRESULT", "payload": payload, "latency_ms": 12.3},
    )
    return fake


@pytest.mark.parametrize(
    "press",
    [("v",), ("b",), ("shift+tab", "enter"), ("a",)],
    ids=["steps", "behaviour", "exchange", "form"],
)
def test_csms_dialogs(snap_compare: Compare, press: tuple[str, ...]) -> None:
    app = app_on(engine(), csms=csms_world.normal())
    assert snap_compare(app, press=("7", *press))


CHOOSE = ("2", "c")
FORM = (*CHOOSE, *["down"] * 5, "enter")


@pytest.mark.parametrize(
    ("press", "size", "theme"),
    [
        (CHOOSE, (80, 24), "cp-dark"),
        (FORM, (80, 24), "cp-dark"),
        ((*FORM, "ctrl+s"), (80, 24), "cp-dark"),
        ((*FORM, "ctrl+s"), (200, 60), "cp-dark"),
        ((*FORM, "x", "ctrl+s"), (120, 40), "cp-light"),
        ((*FORM, "ctrl+r"), (80, 24), "cp-dark"),
        ((*FORM, "ctrl+r"), (80, 24), "ansi-16"),
    ],
    ids=["choose", "form", "answer", "answer-200x60", "not-valid", "text", "text-16-colours"],
)
def test_compose(
    snap_compare: Compare, press: tuple[str, ...], size: tuple[int, int], theme: str
) -> None:
    assert snap_compare(app_on(engine(), theme=theme), press=press, terminal_size=size)
