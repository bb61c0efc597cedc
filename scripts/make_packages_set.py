"""Makes COCO sets of the GroceryStore packaged goods: photos to be named, and their packshots to enrol from.

    python -m scripts.make_packages_set FOLDER OUT

FOLDER holds `test/`, `train/` and `iconic-images-and-descriptions/`; OUT gets `photos/` (to be named), `train/` and
`iconic/` (to enrol from), each with `annotations.json`.
A photo shows one product and nothing says where, so it is framed in grey and the box is the whole photo: boxes at a
picture's edge are not measured. Detection figures on such boxes mean nothing.
"""

import json
import sys
from pathlib import Path

import cv2

FRAME = 0.05
"""Grey border, share of the photo's side."""
SETS = {"photos": "test", "train": "train", "iconic": "iconic-images-and-descriptions"}


def make_set(source: Path, target: Path, name: str) -> int:
    """Write the framed pictures below `source` and their labels; returns how many."""
    photos = sorted(path for path in source.rglob("*.jpg"))
    skus = sorted({photo.parent.name for photo in photos})
    images, annotations = [], []
    (target / "images").mkdir(parents=True, exist_ok=True)
    for number, photo in enumerate(photos, 1):
        image = cv2.imread(str(photo))
        height, width = image.shape[:2]
        x, y = round(FRAME * width), round(FRAME * height)
        framed = cv2.copyMakeBorder(image, y, y, x, x, cv2.BORDER_CONSTANT, value=(127, 127, 127))
        file = f"{photo.stem}.png"
        cv2.imwrite(str(target / "images" / file), framed)
        images.append({"id": number, "file_name": file, "width": framed.shape[1], "height": framed.shape[0]})
        annotations.append({"id": number, "image_id": number, "category_id": skus.index(photo.parent.name), "iscrowd": 0,
                            "bbox": [x, y, width, height], "area": width * height})  # fmt: skip
    document = {"info": {"description": name}, "images": images, "annotations": annotations,
                "categories": [{"id": index, "name": sku} for index, sku in enumerate(skus)]}  # fmt: skip
    (target / "annotations.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    return len(photos)


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    source, target = map(Path, arguments)
    for name, folder in SETS.items():
        sys.stdout.write(f"{name}: {make_set(source / folder, target / name, f'grocerystore-packages {name}')} pictures\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
