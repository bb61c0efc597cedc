"""What a fixed camera saw when it was surveyed: the first clear view that its counts are held against."""

import cv2
import numpy as np

from calibration.record import Calibration
from edge.capture.frame import Frame, Image
from edge.capture.quality import judge, measure
from edge.counting.count import CountPolicy, count_frame
from edge.counting.last_clear import LastClear
from edge.counting.pipeline import Eye


def surveyed_view(eye: Eye, site: Calibration | None, like: Image, policy: CountPolicy = CountPolicy()) -> LastClear | None:
    """The surveyed picture, at the size of a frame `like`, with what is counted on it. None without such a picture, for frames
    of another shape, where it cannot be used, and where a network gave no answer, which it may the next time."""
    if site is None or site.reference is None or site.reference.picture is None:
        return None
    surveyed = site.reference.picture
    height, width = like.shape[:2]
    if round(surveyed.shape[0] * width / surveyed.shape[1]) != height:
        return None
    if surveyed.shape[:2] != (height, width):
        surveyed = np.asarray(cv2.resize(surveyed, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    if judge(measure(surveyed), policy.look.quality):
        return None
    frame = Frame(site.camera or "", 0, site.surveyed_at, surveyed.copy())
    counted = count_frame(eye, frame, source="survey", site=site, policy=policy)
    if "no_answer" in counted.reasons:
        return None
    return LastClear.of(counted) or LastClear(frame.image, (), np.eye(3))
