"""How much a run tries, and what belongs to the quick run between two thoughts.

- `pytest` tries every claim with as many examples as fit a run.
- `pytest -m fast` leaves out the folders that start programs, wait or draw screens.
- `pytest --deep` is for a night: all seeds, all sizes, examples by the thousand.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TypeVar

from hypothesis import HealthCheck, settings

Amount = TypeVar("Amount")

FAST = (
    "test_*",
    *("certificates/*", "charge_point/*", "charger/*", "conformance/*", "explain/*"),
    "follow/test_lives.py",
    "follow/test_relevance.py",
    *("network/*", "ocpp/*", "settings/*", "station/*", "traces/*"),
    *("tui/widgets/*", "tui/test_*views.py", "tui/test_*form.py", "tui/test_alarm.py"),
    *("tui/test_countdown.py", "tui/test_message_filter.py", "tui/test_message_log.py"),
    *("tui/test_past.py", "tui/test_store.py", "tui/test_theme.py"),
)
"""Where a test takes some milliseconds: time is a number there, nothing waits, no screen is up."""

# Every plain run tries the same examples; a deep one looks for new ones.
# How long an example took says nothing on a busy machine, nor how long it took to make it.
TIMELESS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("plain", TIMELESS, derandomize=True, max_examples=50)
settings.register_profile("deep", TIMELESS, max_examples=2_000, print_blob=True)


class _Run:
    """What was asked for on the command line, before any module of tests is read."""

    is_deep = False


def begin(*, is_deep: bool) -> None:
    """Set how much this process tries."""
    _Run.is_deep = is_deep
    settings.load_profile("deep" if is_deep else "plain")


def is_fast(path: str) -> bool:
    """Say whether a file of tests, named from the folder tests/ on, is for the quick run."""
    return any(fnmatchcase(path, pattern) for pattern in FAST)


def tier(plain: Amount, *, deep: Amount) -> Amount:
    """Give the amount that fits the run: a number of examples, seeds or days, or a list of sizes.

    `@pytest.mark.parametrize("seed", range(tier(10, deep=5_000)))`, or
    `@settings(max_examples=tier(100, deep=5_000))`.
    """
    return deep if _Run.is_deep else plain
