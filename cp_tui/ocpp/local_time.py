"""Times as some charge points write them: what the clock on the wall shows, and not where it hangs.

The standard wants UTC, or an offset (S 3.14); without either nobody can know which instant is
meant, and a CSMS that takes it for UTC is hours off.
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from cp_tui.ocpp.calendar import in_zone

FIELDS_WITH_TIME = ("timestamp", "scheduleStart", "startSchedule")
"""What a charge point sends that is an instant."""

# The quotes of a text within a text are escaped, so that this finds fields and nothing else.
_FIELD = re.compile(rf'("(?:{"|".join(FIELDS_WITH_TIME)})":")([0-9T:.-]+Z)"')


def without_offset(text: str, zone: tzinfo) -> str:
    """Give a frame, as it is encoded here, with the times of a zone and without the zone."""
    return _FIELD.sub(lambda found: f'{found[1]}{_local(found[2], zone)}"', text)


def _local(written: str, zone: tzinfo) -> str:
    local = in_zone(datetime.fromisoformat(written), zone).replace(tzinfo=None)
    return local.isoformat(timespec="milliseconds" if local.microsecond else "seconds")
