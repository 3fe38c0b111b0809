"""Certificates and signatures: what they say, and the first rule that one of them breaks.

Texts and times in, facts and reasons out: no clock, no socket, no file. The library that reads
X.509 takes long to load and much memory, and a charge point without TLS needs none of it. So these
modules alone may be imported at a start: `certificate_error`, `facts`, `subject`. All others are
imported by the function that needs them.
"""
