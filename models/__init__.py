"""The eye: pixels to boxes to names; `models` always means neural networks here."""
