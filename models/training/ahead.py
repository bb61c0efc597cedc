"""Draws what the next steps need while the network works: in one thread beside it, or in processes of their own for a GPU.

What a step gets depends on its number alone, so it is the same with any number of processes.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import cv2

T = TypeVar("T")


def ahead(draw: Callable[[int], T], steps: range, processes: int = 0) -> Iterator[T]:
    """`draw(step)` for each step. With `processes` 0 a thread draws one step ahead; with more, as many forked processes (Linux
    only; they share what the parent has read) two steps each. An error of the drawing is raised where its step is due."""
    if processes:
        from torch.utils.data import DataLoader

        yield from DataLoader(
            _Steps(draw), batch_size=None, sampler=steps, num_workers=processes, collate_fn=_as_it_is,
            worker_init_fn=_alone, multiprocessing_context="fork",
        )  # fmt: skip
        return
    with ThreadPoolExecutor(1) as thread:
        coming = [thread.submit(draw, step) for step in steps[:1]]
        for following in (*steps[1:], None):
            if not coming:
                return
            ready = coming.pop().result()
            coming += [] if following is None else [thread.submit(draw, following)]
            yield ready


class _Steps(Generic[T]):
    """Steps by number, as a DataLoader asks for them."""

    def __init__(self, draw: Callable[[int], T]) -> None:
        self._draw = draw

    def __getitem__(self, step: int) -> T:
        return self._draw(step)


def _alone(_worker: int) -> None:
    """A drawing process has one core: no threads of OpenCV's."""
    cv2.setNumThreads(0)


def _as_it_is(value: T) -> T:
    return value
