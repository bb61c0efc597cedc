"""A watched camera gives a burst for every new scene that stands still, and none while a hand is in view."""

import itertools

from edge.capture.frame import Frame
from edge.capture.settle import VIDEO_POLICY, BurstPolicy, SceneWatch
from tests.edge.capture.shop_clip import FPS, Clip, a_morning


def bursts(clip: Clip, policy: BurstPolicy = VIDEO_POLICY) -> list[tuple[Frame, ...]]:
    watch = SceneWatch(policy)
    looks = (watch.look(Frame("cam", round(at_s * FPS), None, image), at_s) for at_s, image in clip)
    return [frames for frames in looks if frames is not None]


def seen_in(clip: Clip, frames: tuple[Frame, ...]) -> set[int | None]:
    return {clip.true[frame.seq] for frame in frames}


def test_every_change_of_the_shelf_gives_one_burst_and_no_hand_is_in_it() -> None:
    clip = a_morning()
    assert [{48}, {47}, {45}, {46}] == [seen_in(clip, frames) for frames in bursts(clip)]


def test_a_burst_is_of_as_many_frames_as_asked_and_of_one_stretch() -> None:
    for frames in bursts(a_morning()):
        numbers = [frame.seq for frame in frames]
        assert list(itertools.islice(itertools.count(numbers[0]), VIDEO_POLICY.frames)) == numbers


def test_a_hand_that_holds_still_is_waited_out_and_what_stays_for_good_is_a_scene() -> None:
    clip = Clip()
    clip.rests(1.5)
    clip.hand((1, 5), does="nothing", holds_s=2.5)
    clip.rests(1.5)
    assert [{48}] == [seen_in(clip, frames) for frames in bursts(clip)]
    stays = Clip()
    stays.rests(1.5)
    stays.hand((1, 5), does="nothing", holds_s=3.6)
    assert [{48}, {None}] == [seen_in(stays, frames) for frames in bursts(stays)]


def test_a_creeping_hand_is_motion_though_no_frame_differs_from_the_one_before() -> None:
    clip = Clip()
    clip.rests(1.5)
    for reach in range(70, 110):  # a px a frame: half a px of the rough picture
        clip.shows_hand(150, reach)
    assert [{48}] == [seen_in(clip, frames) for frames in bursts(clip)]


def test_a_longer_settle_time_misses_what_is_short() -> None:
    clip = a_morning()
    assert [{47}] == [seen_in(clip, frames) for frames in bursts(clip, BurstPolicy(still_s=2.0, every_s=0.1))]
