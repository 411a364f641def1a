"""Releases of mailproof that do not exist yet: today's sources with something planted in them."""
