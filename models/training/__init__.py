"""Build-time only: trains, exports and documents the shipped detector (needs the extra "train": torch, ultralytics).

Nothing at run time imports this package. The order of its stages:

    labels, cutouts -> pictures (letterbox, augment, compose) -> loop (loss, averaging) -> export -> card
"""
