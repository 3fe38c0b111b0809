"""The benches: what each side can send, and what it means to send it by hand."""

from __future__ import annotations

from cp_tui.ocpp.action import RequestDirection
from cp_tui.tui.actions.drafts import Bench
from cp_tui.tui.compose.examples import sent_by

RAW = "raw"

AT_CHARGE_POINT = Bench(
    "charge_point",
    "Compose",
    "Goes past the queue to the CSMS as it stands, which may act on it. The charge point itself "
    "does not change: no transaction begins, no key is set.",
    "send_call",
    sent_by(RequestDirection.TO_CSMS),
)

AT_CSMS = Bench(
    "csms",
    "CSMS sends",
    "The CSMS sends it to the charge point as it stands. The charge point takes it in earnest: "
    "keys are set, profiles installed, transactions started and stopped. What stands in braces, "
    "such as {csms root}, it fills in.",
    "send",
    sent_by(RequestDirection.TO_CHARGE_POINT),
    is_for_csms=True,
)
