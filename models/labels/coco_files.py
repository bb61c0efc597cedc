"""COCO label files of a folder, read by `models.coco` and held against their pictures; and the one COCO file that is written.

A picture is looked for where its `file_name` starts: at the label file, or in `images` beside it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from inventory_core.messages import tell
from models.coco import CocoSet, read_coco
from models.errors import BadLabels
from models.labels.making import SetInMaking, Size, SizeOf, files_below

IMAGES = "images"
DECIMALS = 3
"""Of a px, in the file that is written."""


def read_coco_files(root: Path, size_of: SizeOf, files: Sequence[Path] = ()) -> CocoSet:
    """Every COCO file below the folder, or `files`, as one set. Raises BadLabels when none of them is a COCO file."""
    making = SetInMaking(root, size_of)
    chosen = list(files) or files_below(root, (".json",))
    read = 0
    synthetic = False
    for file in chosen:
        shown = making.name_of(file)
        try:
            labels = read_coco(file)
        except BadLabels as error:
            making.refuse(error.message)
            continue
        read += 1
        synthetic |= labels.synthetic
        for told in labels.refused:
            making.refuse(tell("{labels}: {why}", labels=shown, why=told))
        for image in labels.images:
            places = (file.parent / image.file_name, file.parent / IMAGES / image.file_name)
            there = next((place for place in places if place.is_file()), places[0])
            picture = making.open(there, shown, Size(image.width_px, image.height_px))
            if picture is None:
                continue
            for box in image.boxes:
                where = tell("{labels}, annotation {id}", labels=shown, id=box.annotation_id)
                picture.add(where, box.name, box.xyxy, shelf=box.shelf, score=box.score, votes=box.votes)
    if not read:
        raise BadLabels("{folder} holds no COCO label file (JSON with images, annotations and categories)", folder=root)
    made = making.done(root.resolve().name)
    return CocoSet(made.name, made.images, made.refused, synthetic)


def coco_document(labels: CocoSet, origin: str) -> Mapping[str, object]:
    """The set as COCO: categories by name, boxes in the pictures' order; a machine's score and votes go with their box."""
    names = sorted({box.name for image in labels.images for box in image.boxes})
    number = {name: index for index, name in enumerate(names, 1)}
    annotations: list[Mapping[str, object]] = []
    for image_id, image in enumerate(labels.images, 1):
        for box in image.boxes:
            x1, y1, x2, y2 = (round(side, DECIMALS) for side in box.xyxy)
            wide, high = round(x2 - x1, DECIMALS), round(y2 - y1, DECIMALS)
            further = {"shelf": box.shelf, "score": box.score, "votes": box.votes}
            annotations.append({
                "id": len(annotations) + 1, "image_id": image_id, "category_id": number[box.name], "bbox": [x1, y1, wide, high],
                "area": round(wide * high, DECIMALS), "iscrowd": 0,
                **{key: value for key, value in further.items() if value is not None},
            })
    info = {"description": labels.name, "imported_from": origin, **({"synthetic": True} if labels.synthetic else {})}
    return {
        "info": info,
        "images": [
            {"id": image_id, "file_name": image.file_name, "width": image.width_px, "height": image.height_px}
            for image_id, image in enumerate(labels.images, 1)
        ],
        "annotations": annotations,
        "categories": [{"id": index, "name": name} for name, index in number.items()],
    }
