"""The screens of a fleet: how all of it stands, and each charge point of it."""
