"""The bottle clip as a camera: its counts against its truth, and the same clip seen otherwise."""
