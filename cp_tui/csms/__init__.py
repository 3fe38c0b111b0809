"""The small CSMS for demos and tests: a real central system."""
