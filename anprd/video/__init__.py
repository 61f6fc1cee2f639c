"""Packets and frames: cameras and clips in, frames with two clocks out."""
