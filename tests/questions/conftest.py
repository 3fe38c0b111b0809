"""The screens of the questions are as frugal as those that are tested alone."""

from tests.tui.conftest import frugal

__all__ = ["frugal"]
