"""A depot of charge points with two connectors each, for Locust.

locust -f locustfile.py --host ws://127.0.0.1:9000/ocpp -u 100 -r 10
"""

from __future__ import annotations

from locust import between, task

from cp_tui.fleet.locust import ChargingStation


class Depot(ChargingStation):
    """Cars come one after the other, and stay until they have what they need."""

    wait_time = between(60, 600)  # seconds between two cars
    connectors = 2
    keys = {"MeterValueSampleInterval": "60"}
    tags = 500  # made-up id tags; a list of your own works as well

    @task
    def charge(self) -> None:
        """Charge one car."""
        self.plug_in(1)
        if self.swipe(1, self.tag()):  # waits for the transaction; False where it is refused
            self.charge_until(kwh=20, minutes=30)
            self.press_stop(1)
        self.plug_out(1)
