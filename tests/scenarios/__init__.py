"""Tests of scenarios with a verdict."""
