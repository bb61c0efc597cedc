"""The shipped scene: a trading day of a small bakery, played through the real loop."""
