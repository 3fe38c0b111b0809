"""Certificates, keys and signatures: what is read, what is refused, and in which words."""
