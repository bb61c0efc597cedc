"""Makes COCO sets of the GroceryStore packaged goods: photos to be named, and their packshots to enrol from.

    python -m scripts.make_packages_set FOLDER OUT

FOLDER holds `test/` and `iconic-images-and-descriptions/`; OUT gets `photos/` and `iconic/`, each with `annotations.json`.
A photo shows one carton in a hand and nothing says where, so its box is the photo's middle (60 % of the width, 80 % of the
height). A packshot is framed in grey and the box is all of it. Detection figures on such boxes mean nothing.
"""

import json
import sys
from pathlib import Path

import cv2

FRAME = 0.05
"""Grey border of a packshot, share of its side: boxes at a picture's edge are not measured."""
MIDDLE = (0.6, 0.8)
"""Share of a photo's width and height that the carton is taken to fill."""


def make_set(source: Path, target: Path, name: str, *, packshots: bool) -> int:
    """Write the pictures below `source` and their labels; returns how many."""
    photos = sorted(source.rglob("*.jpg"))
    skus = sorted({photo.parent.name for photo in photos})
    images, annotations = [], []
    (target / "images").mkdir(parents=True, exist_ok=True)
    for number, photo in enumerate(photos, 1):
        image = cv2.imread(str(photo))
        height, width = image.shape[:2]
        if packshots:
            x, y, w, h = round(FRAME * width), round(FRAME * height), width, height
            image = cv2.copyMakeBorder(image, y, y, x, x, cv2.BORDER_CONSTANT, value=(127, 127, 127))
        else:
            w, h = round(MIDDLE[0] * width), round(MIDDLE[1] * height)
            x, y = (width - w) // 2, (height - h) // 2
        file = f"{photo.stem}.png"
        cv2.imwrite(str(target / "images" / file), image)
        images.append({"id": number, "file_name": file, "width": image.shape[1], "height": image.shape[0]})
        annotations.append({"id": number, "image_id": number, "category_id": skus.index(photo.parent.name), "iscrowd": 0,
                            "bbox": [x, y, w, h], "area": w * h})
    document = {"info": {"description": name}, "images": images, "annotations": annotations,
                "categories": [{"id": index, "name": sku} for index, sku in enumerate(skus)]}
    (target / "annotations.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    return len(photos)


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    source, target = map(Path, arguments)
    photos = make_set(source / "test", target / "photos", "grocerystore-packages, test photos", packshots=False)
    iconic = make_set(source / "iconic-images-and-descriptions", target / "iconic", "grocerystore-packages, packshots",
                      packshots=True)
    sys.stdout.write(f"{photos} photos, {iconic} packshots\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
