"""Security (W A00 to A05): profiles, certificates and their renewal, security events, logs."""
