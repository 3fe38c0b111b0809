"""A log opened for looking: every frame at hand, what was found in it, what was known at a moment.

A process of its own reads and judges; the one that shows never waits for it.
"""
