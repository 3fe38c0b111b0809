"""The small CSMS for demos and tests: a real central system, and the story of the demo."""
