"""From a frame to facings per SKU per shelf: the room where the eye and the surveyor meet."""
