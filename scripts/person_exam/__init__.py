"""Real people, cut out of pictures that packages ship, put before real shelves, for `scripts/measure_persons.py`."""
