"""The status of a connector: the word of the standard, with a sign and a colour."""

from __future__ import annotations

from textual.content import Content

from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.tui.text.words import unseen

SIGNS = {
    ChargePointStatus.AVAILABLE: "○",
    ChargePointStatus.PREPARING: "◌",
    ChargePointStatus.CHARGING: "●",
    ChargePointStatus.SUSPENDED_EVSE: "◐",
    ChargePointStatus.SUSPENDED_EV: "◐",
    ChargePointStatus.FINISHING: "◒",
    ChargePointStatus.RESERVED: "◇",
    ChargePointStatus.UNAVAILABLE: "×",
    ChargePointStatus.FAULTED: "!",
}
"""A sign beside each word, so that a column is read at a glance without colours."""

STYLES = {
    ChargePointStatus.AVAILABLE: "$connector-available",
    ChargePointStatus.PREPARING: "$connector-preparing",
    ChargePointStatus.CHARGING: "bold $connector-charging",
    ChargePointStatus.SUSPENDED_EVSE: "$connector-suspended",
    ChargePointStatus.SUSPENDED_EV: "$connector-suspended",
    ChargePointStatus.FINISHING: "$connector-finishing",
    ChargePointStatus.RESERVED: "$connector-reserved",
    ChargePointStatus.UNAVAILABLE: "$connector-unavailable",
    ChargePointStatus.FAULTED: "bold $connector-faulted",
}


def status_content(status: ChargePointStatus | None, *, is_old: bool = False) -> Content:
    """Sign and word; None: of a charge point that is only watched it was not told.

    `is_old`: it was told before a boot, and may be another one by now.
    """
    if status is None:
        return unseen()
    if is_old:
        return Content.styled(f"? {status.value}", "$text-muted")
    return Content.styled(f"{SIGNS[status]} {status.value}", STYLES[status])
