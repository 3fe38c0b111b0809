"""Bad networks from a seed: what becomes of frames and connections on their way. Pure."""
