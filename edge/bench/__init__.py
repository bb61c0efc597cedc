"""Accuracy and speed, measured by commands."""
