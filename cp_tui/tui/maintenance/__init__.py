"""The screen of firmware, diagnostics, tags, reservations, certificates and histories."""
