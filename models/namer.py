"""Names for the boxes of a picture: the embedder's vectors held against the gallery; or nobody's names at all."""

from typing import Protocol

import numpy as np

from models.detections import PRODUCT, Detections
from models.embedder import Embedder
from models.gallery import Gallery
from models.identities import Identities
from models.letterbox import Image


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
            return self.gallery.identify(self.embedder.embed(image, found.xyxy))
        return self.gallery.identify(self.embedder.embed(image, found.xyxy[products])).scattered(products, len(found))


class NoNamer:
    """Without a gallery every product is unknown."""

    def identify(self, image: Image, found: Detections) -> Identities:
        del image
        return Identities.unknown(len(found))
