"""The numbers of the rules, in one place; `cp-tui explain --rules` prints them."""

from __future__ import annotations

from msgspec import Struct


class Limits(Struct, frozen=True):
    """How long is too long, and how much is too much; in seconds where nothing else is said."""

    call_timeout: float = 30.0
    """A CALL is open no longer, where MessageTimeout is not told."""
    unanswered: float = 60.0
    """A CALL without an answer is called unanswered."""
    logger_order: float = 0.05
    """Frames this close may stand in the log in the wrong order."""
    slow_answer: float = 5.0
    slow_answer_least: float = 1.0
    """An answer that is fast enough by itself is never slow, however fast the others are."""
    slow_answer_factor: float = 5.0
    """How many times the median of the log."""
    heartbeat_factor: float = 1.2
    heartbeat_grace: float = 10.0
    gap: float = 900.0
    """Nothing recorded for this long, and for `gap_intervals` heartbeats, is a gap."""
    gap_intervals: float = 3.0
    boot_retry_factor: float = 0.95
    boot_interval_least: float = 10.0
    boot_interval_most: float = 86_400.0
    mere_reconnect: float = 10.0
    """No charge point boots faster than this."""
    boot_loop: float = 600.0
    boot_loop_count: int = 3
    status_after_boot_soon: float = 60.0
    status_after_boot: float = 600.0
    short_status: float = 10.0
    """A status this short may be left out, where MinimumStatusDuration is not known to be 0."""
    status_contradicts: float = 60.0
    repeated_status_count: int = 10
    early_heartbeat_count: int = 5
    flapping: float = 600.0
    flapping_count: int = 3
    pong: float = 30.0
    ping_factor: float = 0.2
    """How much of WebSocketPingInterval a ping may be early or late."""
    two_connections: float = 60.0
    trigger: float = 30.0
    trigger_later_calls: int = 3
    """So many later CALLs prove the same, where the log has no times."""
    availability: float = 30.0
    availability_scheduled: float = 60.0
    """After the end of the transaction that it waited for."""
    reservation: float = 30.0
    reservation_end: float = 60.0
    remote_stop: float = 60.0
    remote_start_grace: float = 30.0
    connection_timeout: float = 120.0
    """Where ConnectionTimeOut is not told."""
    not_stopped: float = 60.0
    unlock: float = 30.0
    reset: float = 600.0
    reset_transaction: float = 300.0
    firmware_begin: float = 600.0
    firmware_end: float = 7_200.0
    diagnostics_begin: float = 600.0
    diagnostics_end: float = 3_600.0
    reconnect: float = 60.0
    """With a new AuthorizationKey or SecurityProfile."""
    clock: float = 10.0
    clock_count: int = 3
    csms_clock: float = 60.0
    local_time_grid: float = 1_800.0
    """Time zones lie apart by multiples of this."""
    limit_factor: float = 1.05
    limit_ampere: float = 0.5
    """A."""
    limit_watt: float = 300.0
    """W."""
    limit_delay: float = 30.0
    interval_least: float = 2.0
    interval_factor: float = 0.1
    """How much of an interval a value may be early or late, and at least `interval_least`."""
    values_factor: float = 2.0
    """So many intervals without periodic values, and `values_grace`, are too many."""
    values_grace: float = 10.0
    draining: float = 10.0
    """A charge point that was away sends what had waited within this time."""
    late_delivery: float = 60.0
    power_most: float = 500_000.0
    """W, where no limit is known."""
    power_factor: float = 1.5


LIMITS = Limits()


def rows() -> tuple[tuple[str, float], ...]:
    """Give each number with its name, to be shown."""
    return tuple((name, getattr(LIMITS, name)) for name in LIMITS.__struct_fields__)
