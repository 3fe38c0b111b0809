"""What one charge point costs among many, and an hour of charging.

Mind and body alone, in virtual time, with a CSMS that accepts everything: no disk, no network, and
nobody who looks at a variable.
"""

from __future__ import annotations

import gc
import tracemalloc
from time import process_time

from cp_tui.charge_point.config import ChargePointConfig, ConnectorConfig
from tests.charge_point.rig import Rig

CROWD = 50
HOURS = 5


def booted(number: int) -> Rig:
    """A charge point of two connectors that the CSMS has accepted."""
    rig = Rig(
        ChargePointConfig(
            charge_point_id=f"CP{number:03d}",
            url=f"ws://127.0.0.1:1/CP{number:03d}",
            connectors=(ConnectorConfig(), ConnectorConfig()),
            keys={"MeterValueSampleInterval": "60"},
        ),
        is_watched=False,
    )
    rig.power_on()
    rig.after(1)
    return rig


def memory_kib() -> float:
    """Give what one more charge point takes in a process of many, in KiB."""
    kept = [booted(0).charger]
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(1, CROWD + 1):
        # What the test's own CSMS remembers is not ours.
        kept.append(booted(number).charger)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (after - before) / CROWD / 1024


def hour_ms() -> float:
    """Give the time of the processor for an hour of charging with 60 s samples, in ms."""
    times = []
    for number in range(HOURS):
        rig = booted(number)
        rig.act("plug_in", connector_id=1)
        rig.act("swipe", id_tag="TAG", connector_id=1)
        rig.after(60)
        since = process_time()
        rig.after(3_600)
        times.append(process_time() - since)
        delivered = [frame for frame in rig.sent if frame[2] == "MeterValues"]
        assert len(delivered) >= 60, f"{len(delivered)} samples"
    return min(times) * 1000
