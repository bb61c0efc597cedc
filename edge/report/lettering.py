"""Text on pictures in any script that OpenCV's built-in font holds, Chinese included. Plane: px of the drawn picture."""

from dataclasses import dataclass

import cv2

from edge.capture.frame import Image

Colour = tuple[int, int, int]

SMALLEST_PX = 11


@dataclass(frozen=True, slots=True, eq=False)
class Pen:
    """Writes on pictures; sizes are the height of a letter in px."""

    face: "cv2.FontFace"

    @classmethod
    def new(cls) -> "Pen":
        return cls(cv2.FontFace("uni"))  # the only built-in face with Chinese

    def width(self, text: str, size_px: int) -> int:
        """How wide a line is."""
        box = cv2.getTextSize((0, 0), text, (0, 0), self.face, size_px)
        return int(box[0] + box[2])

    def fitted(self, text: str, size_px: int, room_px: int) -> str:
        """The text, cut with an ellipsis to `room_px`; empty where not even three letters fit."""
        if self.width(text, size_px) <= room_px:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(text[:middle] + "…", size_px) <= room_px:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + "…" if low >= 3 else ""

    def write(self, image: Image, text: str, left: int, baseline: int, size_px: int, colour: Colour) -> None:
        """Write one line from `left` on its baseline."""
        cv2.putText(image, text, (left, baseline), colour, self.face, size_px)

    def plate(self, image: Image, text: str, left: int, bottom: int, size_px: int, ink: Colour, ground: Colour) -> None:
        """Write one line on a filled plate whose lower left corner is given; it stays inside the picture."""
        width = self.width(text, size_px) + size_px // 2
        height = round(1.3 * size_px)
        left = max(0, min(left, image.shape[1] - width))
        bottom = max(height, min(bottom, image.shape[0]))
        cv2.rectangle(image, (left, bottom - height), (left + width, bottom), ground, cv2.FILLED)
        self.write(image, text, left + size_px // 4, bottom - round(0.32 * size_px), size_px, ink)
