"""The week of some cameras before real shelf photos, with people, sales, light, nudges and faults of all kinds, and its judge.

    python -m scripts.simulated_week DATA --seed 1 --counts 1000 --out DIR   # by a simulated clock
    python -m scripts.simulated_week.served DATA --counts 120 --out DIR      # through `shelfcount serve` and its processes

`plan` draws what happens from a seed, `scene` and `composed` make up what the camera sees of it, `driver` is the camera, `week`
lets the product count, `witness` and `judge` hold every answer against what truly stood there. `product` is a process with the
product, the camera and nothing else, so that what it comes to hold can be weighed (`leaks`); `part` is the rig beside it.
"""
