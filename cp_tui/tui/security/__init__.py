"""The screen of security: the link, certificates of both sides, roots, and security events."""
