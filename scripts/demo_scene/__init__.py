"""The demo shop: a small bakery bay of our own making, rendered for `shelfcount demo` (build-time only).

Everything about the shop is invented: brand, products, packagings, prices, the day's trade. Modules that draw in three
dimensions need PyPI `bpy` 4.5 and are named in `scripts/make_demo_scene.py`; the rest is standard library, numpy and Pillow.
Planes: shop millimetres (x right, y away from the camera, z up, origin at the bottom centre of the rack's front) and cam px.
"""
