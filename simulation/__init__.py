"""Plays the world from outside: synthetic residents, frontline systems, staff. Public APIs only."""
