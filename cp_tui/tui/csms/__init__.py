"""The screen of the CSMS of the demo."""
