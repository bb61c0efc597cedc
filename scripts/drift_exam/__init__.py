"""Nudges, moves and swaps of a fixed camera, made from real shelf photos."""
