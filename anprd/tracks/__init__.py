"""Boxes to identities, readings to a verdict. Pure: no clock, no file, no picture."""
