"""Tests of a charge point that is only watched."""
