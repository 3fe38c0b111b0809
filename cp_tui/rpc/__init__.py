"""The door: newline-delimited JSON-RPC 2.0 over a Unix stream socket, both ends of it.

It knows how to carry methods and variables, not what they mean.
"""
