"""Which pictures of a board are of use for a lens, and why the others are not. Planes: cam px, board mm."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from calibration.boards import BoardView
from inventory_core.messages import Message, tell


@dataclass(frozen=True, slots=True)
class LensPolicy:
    """When pictures are good enough. `least_cover`, `least_tilted` and `most_focal_sd` were chosen on random sets of corners,
    so that focal length and bay are right within 1 %, and measured on others (bench/lens.md); the rest by reason.

    `least_corners` of one picture: a homography needs 4, and below 12 (a third of the board) their noise shows.
    `least_board_share` of the picture: a smaller board has squares of few pixels. `alike_share`: two views whose corners lie
    nearer on average, as a share of the picture's diagonal, tell the same twice; a board that leans by 15 degrees more moves
    them further. `least_views`: below five, one bad picture cannot be told from the good ones. `least_cover` of the picture by
    all boards together: a fit is a guess where no corner was. `least_tilt_deg` in `least_tilted` pictures: boards seen straight
    from the front cannot tell a long lens from a short one nearer by. `most_focal_sd`: standard deviation of the focal length
    as a share of it. A picture whose rms is over `outlier_times` the median and over `outlier_px` is dropped, the worst first,
    at most `most_dropped_share` of all. `most_rms_px`: pictures of a flat board stay far below (rendered ones have .09 to .25).
    """

    least_corners: int = 12
    least_board_share: float = 0.01
    alike_share: float = 0.005
    least_views: int = 5
    least_cover: float = 0.4
    least_tilt_deg: float = 15.0
    least_tilted: int = 3
    most_focal_sd: float = 0.004
    outlier_times: float = 3.0
    outlier_px: float = 0.3
    most_dropped_share: float = 0.25
    most_rms_px: float = 1.0


@dataclass(frozen=True, slots=True)
class Refused:
    """A picture that takes no part, and why."""

    name: str
    why: Message


def screen(views: Sequence[BoardView], policy: LensPolicy) -> tuple[tuple[BoardView, ...], tuple[Refused, ...]]:
    """The views that can take part, in their order, and those that cannot."""
    sizes = Counter((view.width_px, view.height_px) for view in views if len(view.ids))
    size = sizes.most_common(1)[0][0] if sizes else (0, 0)
    kept, refused = list[BoardView](), list[Refused]()
    for view in views:
        why = _fault_of(view, size, kept, policy)
        if why is None:
            kept.append(view)
        else:
            refused.append(Refused(view.name, why))
    return tuple(kept), tuple(refused)


def _fault_of(view: BoardView, size: tuple[int, int], kept: Sequence[BoardView], policy: LensPolicy) -> Message | None:
    if not len(view.ids):
        return tell("no board is to be seen; hold the printed sheet into the picture, whole, flat and in good light, and name "
                    "the right --board")
    if (view.width_px, view.height_px) != size:
        return tell("it is {width} x {height} px, the others {other_width} x {other_height}; take all with the resolution that "
                    "will count", width=view.width_px, height=view.height_px, other_width=size[0], other_height=size[1])
    if len(view.ids) < policy.least_corners:
        return tell("only {n} corners of the board are found, {least} are needed; show more of the board, hold it still, and "
                    "avoid glare", n=len(view.ids), least=policy.least_corners)
    share = float(cv2.contourArea(cv2.convexHull(view.cam_px.astype(np.float32)))) / (size[0] * size[1])
    if share < policy.least_board_share:
        return tell("the board fills only {share:.1f} % of the picture; come nearer or print it on A3", share=100 * share)
    for other in kept:
        if _alike(view, other, policy.alike_share * float(np.hypot(*size))):
            return tell("it shows the board as {other} does; move or tilt the board between pictures", other=other.name)
    return None


def _alike(one: BoardView, other: BoardView, near_px: float) -> bool:
    """Whether the corners that both show lie, on average, nearer than `near_px`."""
    both, in_one, in_other = np.intersect1d(one.ids, other.ids, return_indices=True)
    if len(both) < min(len(one.ids), len(other.ids)) / 2:
        return False
    apart = np.linalg.norm(one.cam_px[in_one] - other.cam_px[in_other], axis=1)
    return float(apart.mean()) < near_px


_GRID = (64, 48)
_QUARTERS = (tell("top left"), tell("top right"), tell("bottom left"), tell("bottom right"))


def cover_of(views: Sequence[BoardView]) -> tuple[float, Message]:
    """How much of the picture lies inside a board of some view, 0..1, and the quarter of the picture with the least."""
    seen = np.zeros(_GRID[::-1], np.uint8)
    for view in views:
        points = view.cam_px / [view.width_px, view.height_px] * _GRID
        cv2.fillConvexPoly(seen, cv2.convexHull(points.astype(np.int32)), 1)
    half_down, half_across = _GRID[1] // 2, _GRID[0] // 2
    parts = (seen[:half_down, :half_across], seen[:half_down, half_across:],
             seen[half_down:, :half_across], seen[half_down:, half_across:])
    return float(seen.mean()), _QUARTERS[int(np.argmin([part.mean() for part in parts]))]
