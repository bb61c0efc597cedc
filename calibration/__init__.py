"""The surveyor: pixels to millimetres and back."""
