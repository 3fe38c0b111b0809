"""The charger: mind and body joined, pure as both, and what it remembers of its power.

Knows neither a socket nor a clock nor a disk: those are the engine's.
"""
