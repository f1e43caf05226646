"""Reads of members, points and rewards."""
