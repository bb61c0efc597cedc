"""The `[lens]` table of a site file (docs/site.md), written from a fit."""

from calibration.lens_fit import LensFit


def lens_toml(fit: LensFit) -> str:
    """Text to paste into a site file. It says for which size it was fitted; a site of another size of that shape scales it."""
    matrix, dist = fit.lens.matrix, fit.lens.dist
    return "\n".join([
        f"[lens]   # rms {fit.rms_px:.3f} px over {len(fit.views)} pictures, focal length known to {100 * fit.focal_sd:.2f} %",
        f"width_px = {fit.width_px}",
        f"height_px = {fit.height_px}",
        f"fx = {matrix[0, 0]:.3f}",
        f"fy = {matrix[1, 1]:.3f}",
        f"cx = {matrix[0, 2]:.3f}",
        f"cy = {matrix[1, 2]:.3f}",
        f"dist = [{', '.join(f'{value:.7f}' for value in dist)}]   # k1 k2 p1 p2 k3",
        "",
    ])
