"""Tests of what reads and writes recorded conversations."""
