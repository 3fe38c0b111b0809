"""Colours and signs: themes, terminals with sixteen colours or none."""
