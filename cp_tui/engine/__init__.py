"""The shell: runs mind and body in the real world.

WebSocket link, store, clock, log, subscribers and commands. What a frame means is the mind's
business.
"""
