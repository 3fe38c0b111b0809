"""Where a file is fetched or delivered, in a form that may be shown: without its secrets."""

from __future__ import annotations

import re

MASK = "***"
SHOWN_MAX = 300

_RUN = re.compile(r"://[^\s\"'<>]*")


def shown_location(location: str) -> str:
    """Mask user, password and query of a URL: signed links carry their secret in the query."""
    scheme, separator, rest = location.partition("://")
    if not separator:
        scheme, rest = "", location
    # Up to the last `@`: a password may hold `/`, `?` and `@` that nobody has encoded.
    _, at, after = rest.rpartition("@")
    place = re.split("[?#]", after, maxsplit=1)
    query = f"?{MASK}" if len(place) > 1 else ""
    user_info = f"{MASK}@" if at else ""
    return f"{scheme}{separator}{user_info}{place[0]}"[:SHOWN_MAX] + query


def without_user_info(text: str) -> str:
    """Mask what may be user and password in any text that may hold URLs."""
    return _RUN.sub(lambda run: _masked(run[0]), text)


def _masked(run: str) -> str:
    _, at, after = run.rpartition("@")
    return f"://{MASK}@{after}" if at else run
