"""Widgets of our own: what stock Textual does not do, or does too dearly on a slow line."""
