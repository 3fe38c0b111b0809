"""Tests of a log that is opened for looking."""
