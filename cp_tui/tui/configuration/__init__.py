"""The screen of the configuration keys."""
