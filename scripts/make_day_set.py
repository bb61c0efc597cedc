"""Makes a labelled set of the shipped demo day: rendered pictures of a fixed camera whose every facing is known.

    python -m scripts.make_day_set OUT

OUT/annotations.json is COCO and calls itself synthetic; its pictures are the shipped ones (`--images edge/demo/day/frames`).
OUT/gallery is a gallery of the demo's products, enrolled from its enrolment photos by `shelfcount enrol`.
Pictures that a shopper or darkness hides are left out: the loop refuses them by comparing with clear ones.
"""

import io
import json
import shutil
import sys
from contextlib import redirect_stdout
from pathlib import Path

from edge.cli import commands

DAY = Path(__file__).resolve().parents[1] / "edge" / "demo" / "day"
SIZE = (1280, 720)
HIDDEN = ("shopper", "lights_off")


def make_day_set(target: Path) -> int:
    """Write the labels; returns how many pictures."""
    truth = json.loads((DAY / "truth.json").read_text(encoding="utf-8"))
    skus = sorted({box["sku"] for frame in truth["frames"] for box in frame["boxes"]})
    images, annotations = [], []
    for number, frame in enumerate((one for one in truth["frames"] if one["condition"] not in HIDDEN), 1):
        images.append({"id": number, "file_name": Path(frame["file"]).name, "width": SIZE[0], "height": SIZE[1]})
        for box in frame["boxes"]:
            x1, y1, x2, y2 = box["xyxy_px"]
            annotations.append({"id": len(annotations) + 1, "image_id": number, "category_id": skus.index(box["sku"]),
                                "bbox": [x1, y1, round(x2 - x1, 1), round(y2 - y1, 1)], "area": round((x2 - x1) * (y2 - y1), 1),
                                "iscrowd": 0, "shelf": box["shelf"]})
    target.mkdir(parents=True, exist_ok=True)
    (target / "annotations.json").write_text(json.dumps({
        "info": {"description": "the shipped demo day", "synthetic": True}, "images": images, "annotations": annotations,
        "categories": [{"id": index, "name": sku} for index, sku in enumerate(skus)],
    }), encoding="utf-8")
    return len(images)


def enrol_products(gallery: Path) -> int:
    """One call of the command per product; returns how many."""
    products = sorted(path for path in (DAY / "enrol").iterdir() if path.is_dir())
    for product in products:
        photos = [str(photo) for photo in sorted(product.glob("*.jpg"))]
        with redirect_stdout(io.StringIO()):
            code = commands.run(["enrol", product.name, *photos, "--gallery", str(gallery)])
        if code:
            raise SystemExit(f"{product.name} cannot be enrolled ({code})")
    return len(products)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    target = Path(arguments[0])
    shutil.rmtree(target / "gallery", ignore_errors=True)  # made by whichever embedder is shipped now
    sys.stdout.write(f"{make_day_set(target)} pictures, {enrol_products(target / 'gallery')} products\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
