"""Thousands of charge points in one process, against one CSMS: what arrives, and what it bills."""
