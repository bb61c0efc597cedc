"""Cameras and frames: how a picture comes in, when, and whether it can be used."""
