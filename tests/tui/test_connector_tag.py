"""Who is authorized on a connector: in its first lines, from whom, and what is waited for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cp_tui.charge_point.codec import converted
from cp_tui.charge_point.variables import ConnectorTransaction, ConnectorView, RefusedBy
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus
from cp_tui.tui.dashboard.connectors_text import connector_columns, connector_facts
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.words import Clock
from cp_tui.tui.theme.glyphs import Glyphs

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
CLOCK = Clock(NOW, UTC)


def connector(**facts: object) -> ConnectorView:
    return converted(
        ConnectorView,
        {
            "connector_id": 1,
            "status": ChargePointStatus.PREPARING,
            "error_code": ChargePointErrorCode.NO_ERROR,
            "since": NOW,
            "cause": "A2 tag TAG1 may start",
            **facts,
        },
    )


MAY_START = {"authorized_id_tag": "TAG1", "authorized_until": NOW + timedelta(seconds=60)}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            {**MAY_START, "authorized_by": RefusedBy.LOCAL_LIST},
            "TAG1 · allowed by the local list · waits for the cable until 08:01:00",
        ),
        (
            {"authorized_id_tag": "TAG1", "authorized_by": RefusedBy.OFFLINE_RULE},
            "TAG1 · allowed by the offline rule · waits for the cable",
        ),
        (
            {
                **MAY_START,
                "authorized_by": RefusedBy.CSMS,
                "is_authorized_remotely": True,
                "is_plugged": True,
            },
            "TAG1 · allowed by the CSMS · remote start · waits for the lock until 08:01:00",
        ),
        ({"asked_id_tag": "TAG1"}, "TAG1 · the CSMS is being asked about it"),
        (
            {"asked_id_tag": "TAG1", "is_authorized_remotely": True},
            "TAG1 · the CSMS is being asked about it · remote start",
        ),
    ],
)
def test_the_tag_stands_in_the_first_line(facts: dict[str, object], words: str) -> None:
    found = connector(**facts)
    first = connector_facts(found, CLOCK)[0]
    assert (first.label, first.text.plain) == ("Tag", words)
    column = next(
        each
        for each in connector_columns(Snapshot(), CLOCK, Glyphs.EIGHTH.value)
        if each.title == "Tag"
    )
    assert column.cell(found).plain == "TAG1"


def test_a_transaction_says_who_allowed_its_tag() -> None:
    running = ConnectorTransaction(
        transaction_id=5, id_tag="TAG1", started_at=NOW, meter_start_wh=0, energy_wh=1200
    )
    found = connector(transaction=running, authorized_by=RefusedBy.CACHE)
    first = connector_facts(found, CLOCK)[0]
    assert first.label == "Tx"
    assert first.text.plain.startswith("#5 TAG1 · since ")
    assert first.text.plain.endswith(" · allowed by the authorization cache")
