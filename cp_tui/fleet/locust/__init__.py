"""The fleet on Locust: the same charge points, over many processes and machines.

`from cp_tui.fleet.locust import ChargingStation` in a locustfile is all that it takes. It imports
Locust, which replaces the sockets and the sleep of this process: nothing else of cp-tui imports it.
"""

from cp_tui.fleet.locust.charging_station import ChargingStation
from cp_tui.fleet.locust.listeners import listen
from cp_tui.fleet.locust.shape import PlanShape

__all__ = ["ChargingStation", "PlanShape"]
listen()
