"""Rules of the status of connectors."""

from __future__ import annotations

from tests.explain.talk import Talk, status


def test_a_way_that_the_standard_does_not_have_is_an_error_of_the_charge_point() -> None:
    talk = Talk()
    talk.booted()
    talk.started()
    talk.stopped()
    assert talk.found() == []
    talk.started()
    talk.tell("StatusNotification", status(1, "Available"))
    talk.tell("StatusNotification", status(1, "Finishing"))
    [finding] = talk.findings()
    assert (finding.id, finding.at_fault, finding.rule) == (
        "status.illegal_transition",
        "charger",
        "S 4.9",
    )
    assert "A6" in finding.text
    assert [frame.number for frame in finding.frames] == [31, 29]
