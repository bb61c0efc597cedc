"""The guards at the door of the book: input that is held with its reason, and hits on one SKU that come too fast."""
