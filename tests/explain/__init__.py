"""Tests of cp_tui.explain: each rule on a few frames, and whole logs with what is wrong in them."""
