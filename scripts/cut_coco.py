"""Cuts a labelled set down to some of its pictures, for folds and fixtures.

    python -m scripts.cut_coco FILE OUT PICTURE...          only these pictures
    python -m scripts.cut_coco FILE OUT --without PICTURE... all but these
"""

import json
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    without = "--without" in arguments
    words = [word for word in arguments if word != "--without"]
    if len(words) < 3:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    source, target, names = Path(words[0]), Path(words[1]), set(words[2:])
    document = json.loads(source.read_text(encoding="utf-8"))
    if absent := names - {image["file_name"] for image in document["images"]}:
        sys.stderr.write(f"{source} has no picture {', '.join(sorted(absent))}\n")
        return 2
    document["images"] = [image for image in document["images"] if (image["file_name"] in names) != without]
    kept = {image["id"] for image in document["images"]}
    document["annotations"] = [box for box in document["annotations"] if box["image_id"] in kept]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document), encoding="utf-8")
    sys.stdout.write(f"{target}: {len(kept)} pictures, {len(document['annotations'])} boxes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
