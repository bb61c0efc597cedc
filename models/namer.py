"""Names for the boxes of a picture: the embedder's vectors held against the gallery; or nobody's names at all."""

from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from models.detections import PRODUCT, Boxes, Detections
from models.embedder import Embedder
from models.gallery import Gallery
from models.identities import Identities, Identity
from models.letterbox import Image
from models.slot_cache import NOWHERE, Slot, SlotPolicy, Slots, Thinned, same_places, unchanged


class Naming(Protocol):
    """Whatever can name detections: a gallery now, a YOLO whose classes are SKUs later."""

    def identify(self, image: Image, found: Detections) -> Identities: ...


class Namer:
    """Names products by the gallery; gaps stay unnamed. `gallery` and `embedder` must belong together (BadGallery)."""

    def __init__(self, embedder: Embedder, gallery: Gallery) -> None:
        gallery.require_embedder(embedder.fingerprint)
        self.embedder = embedder
        self.gallery = gallery

    def identify(self, image: Image, found: Detections) -> Identities:
        """n names for n detections."""
        (products,) = np.nonzero(found.class_id == PRODUCT)
        if len(products) == len(found):
            return self.name(image, found.xyxy)
        return self.name(image, found.xyxy[products]).scattered(products, len(found))

    def name(self, image: Image, xyxy: Boxes) -> Identities:
        """A name for the product in each box (n, 4)."""
        return self.gallery.identify(self.embedder.embed(image, xyxy))


class NoNamer:
    """Without a gallery every product is unknown."""

    def identify(self, image: Image, found: Detections) -> Identities:
        del image
        return Identities.unknown(len(found))


class RememberingNamer:
    """Names the frames of one count of a fixed camera, and only looks at places that changed since the counts before.

        names = RememberingNamer(namer, slots, at_s)   # one for each count
        ...                                            # names.identify(...) for each frame
        slots = names.remember()                       # for the next count

    Within a count nothing is kept: every frame's look at a changed place is one of its own, and they vote. A place that
    is kept answers the first frame with its first look, the second with its second, so a shelf where nothing changed is
    named exactly as it was. `looked`: products that had to be looked at so far.
    """

    def __init__(self, namer: Namer, slots: Slots, at_s: float, policy: SlotPolicy = SlotPolicy()) -> None:
        self._namer = namer
        self._policy = policy
        self._at_s = at_s
        self._known = slots.for_count(namer.gallery.fingerprint, at_s, policy)
        self._touched: set[int] = set()
        self._changed: set[int] = set()
        self._fresh: list[Slot] = []
        self._size: tuple[int, int] | None = None
        self._frames = 0
        self.looked = 0

    def identify(self, image: Image, found: Detections) -> Identities:
        """n names for n detections of the next frame. Raises what the embedder raises."""
        thinned = Thinned.of(image)
        if thinned.size != (self._size or thinned.size):  # no burst of one camera: nothing to remember
            return self._namer.identify(image, found)
        self._size = thinned.size
        (products,) = np.nonzero(found.class_id == PRODUCT)
        xyxy = found.xyxy[products]
        names: list[Identity | None] = self._remembered(thinned, xyxy)
        rest = np.array([row for row, name in enumerate(names) if name is None], np.int64)
        looked = self._namer.name(image, xyxy[rest]).rows()
        for row, name in zip(rest, looked, strict=True):
            names[row] = name
        self._note(thinned, xyxy[rest], looked)
        self._frames += 1
        self.looked += len(rest)
        every = Identities.of([name for name in names if name is not None])  # all of them
        return every if len(products) == len(found) else every.scattered(products, len(found))

    def remember(self) -> Slots:
        """What the next count may use: places kept all through this one, and new ones seen in most of its frames."""
        kept = [replace(slot, counts=slot.counts + 1) for index, slot in enumerate(self._known.places)
                if index in self._touched - self._changed]  # fmt: skip
        fresh = [slot for slot in self._fresh if 2 * len(slot.looks) > self._frames]
        return Slots(self._size or self._known.size, self._known.gallery, (*kept, *fresh))

    def _remembered(self, thinned: Thinned, xyxy: Boxes) -> list[Identity | None]:
        """The name of each box whose place has not changed, None for the others."""
        names: list[Identity | None] = [None] * len(xyxy)
        known = self._known.places if self._size == self._known.size else ()
        place, same = self._compared(thinned, xyxy, known)
        for row in np.flatnonzero(place != NOWHERE).tolist():
            index = int(place[row])
            if same[row]:
                self._touched.add(index)
                looks = known[index].looks
                names[row] = looks[self._frames % len(looks)]
            else:
                self._changed.add(index)
        return names

    def _note(self, thinned: Thinned, xyxy: Boxes, looked: tuple[Identity, ...]) -> None:
        """Keep the looks at changed places, with those of the frames before where these show the same."""
        place, same = self._compared(thinned, xyxy, tuple(self._fresh))
        patches = thinned.patches(xyxy)
        for row, name in enumerate(looked):
            if same[row]:
                slot = self._fresh[place[row]]
                self._fresh[place[row]] = replace(slot, looks=(*slot.looks, name))
            else:
                self._fresh.append(Slot(xyxy[row].copy(), patches[row], (name,), self._at_s))

    def _compared(
        self, thinned: Thinned, xyxy: Boxes, known: tuple[Slot, ...] | list[Slot]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """For each box its known place (NOWHERE: none), and whether that shows what it showed."""
        same = np.zeros(len(xyxy), np.bool_)
        if not known:
            return np.full(len(xyxy), NOWHERE, np.int64), same
        boxes = np.stack([slot.box for slot in known])
        place = same_places(xyxy, boxes, self._policy.iou)
        rows = np.flatnonzero(place != NOWHERE)
        before = np.stack([known[index].patch for index in place[rows]]) if len(rows) else np.zeros((0, 1, 1, 3), np.float32)
        same[rows] = unchanged(before, thinned.patches(boxes[place[rows]]), self._policy)
        return place, same
