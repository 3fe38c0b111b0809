"""What a fault does is said in a few words, with how much of what it meets."""

from __future__ import annotations

import pytest

from cp_tui.network.fault_words import words_of
from cp_tui.network.weather import FaultKind, NetworkFault, Way


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (NetworkFault(kind=FaultKind.DNS), "the name of the CSMS is not found"),
        (
            NetworkFault(kind=FaultKind.REFUSED, probability=0.3),
            "connections are refused (30 % of attempts)",
        ),
        (
            NetworkFault(kind=FaultKind.TLS, probability=0.3, shortest_s=5),
            "the TLS handshake fails",
        ),
        (NetworkFault(kind=FaultKind.DELAY, latency_s=0.5), "frames take 0.5 s longer"),
        (
            NetworkFault(kind=FaultKind.SLOW_HANDSHAKE, latency_s=1, jitter_s=2),
            "to connect takes 1 to 3 s longer",
        ),
        (
            NetworkFault(kind=FaultKind.LOSS, probability=0.1, direction=Way.TO_CSMS),
            "10 % of frames to the CSMS get lost",
        ),
        (
            NetworkFault(kind=FaultKind.RESET, actions=("BootNotification", "Heartbeat")),
            "BootNotification and Heartbeat break the connection",
        ),
        (
            NetworkFault(kind=FaultKind.SILENCE, direction=Way.TO_CHARGE_POINT),
            "nothing gets through from the CSMS",
        ),
    ],
)
def test_a_fault_is_told_in_a_few_words(fault: NetworkFault, words: str) -> None:
    assert words_of(fault) == words
