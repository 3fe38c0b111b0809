"""cp-tui: an OCPP 1.6J charge point with a terminal of its own."""

__version__ = "0.1.0"
