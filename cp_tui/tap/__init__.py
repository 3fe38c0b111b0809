"""The tap: it passes every byte between a charge point and its CSMS, and reads along."""
