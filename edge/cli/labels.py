"""`shelfcount labels`: labels of other programs, and reviewed counts, into one COCO file that training and benches read."""

import json
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from edge.capture.pictures import read_picture
from edge.cli.app import app
from edge.cli.console import out
from edge.errors import ExitCode, UnreadableInput, UsageFault
from edge.settings import load_settings
from edge.whole_file import whole_file
from inventory_core.messages import Message, tell
from models.coco import CocoSet
from models.labels.coco_files import coco_document, read_coco_files
from models.labels.making import Size, SizeOf
from models.labels.reviewed_counts import read_reviewed_counts
from models.labels.voc_xml import read_voc
from models.labels.yolo_text import read_yolo

labels_app = typer.Typer(name="labels", no_args_is_help=True, help="Labels for training and benches.")
app.add_typer(labels_app)


class LabelFormat(StrEnum):
    """How the labels are written."""

    YOLO = "yolo"
    VOC = "voc"
    COCO = "coco"
    COUNTS = "counts"


@labels_app.command("import")
def import_labels(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the labels and their pictures.")],
    form: Annotated[LabelFormat, typer.Option("--format", help="How the labels are written.")],
    out_file: Annotated[Path, typer.Option("--out", metavar="FILE", help="The COCO file to write.")],
    classes: Annotated[Path | None, typer.Option(
        metavar="FILE", help="Class names of YOLO labels (data.yaml or classes.txt), where DIR has none.")] = None,
) -> int:
    """Read labels, hold every box against its picture, and write what is sound; exit 3 when something was refused."""
    if classes is not None and form is not LabelFormat.YOLO:
        raise UsageFault("--classes belongs to --format yolo; the other formats name their classes themselves")
    speak, size_of = out(), partial(size_or_why, most=load_settings().max_pixels)
    labels = _read(folder, form, classes, size_of)
    for told in labels.refused:
        speak.warn(told)
    if not labels.images:
        raise UsageFault("nothing of {folder} can be used; {file} was not written", folder=folder, file=out_file)
    with whole_file(out_file) as half:
        half.write_text(json.dumps(coco_document(labels, form.value), ensure_ascii=False, indent=1, allow_nan=False) + "\n",
                        encoding="utf-8")
    names = {box.name for image in labels.images for box in image.boxes}
    speak.say(tell("{file}: {images} pictures, {boxes} boxes, {names} names; {refused} entries refused", file=out_file,
                   images=len(labels.images), boxes=labels.boxes, names=len(names), refused=len(labels.refused)))
    speak.say(tell("its pictures are found from --images {folder}", folder=folder))
    return int(ExitCode.UNREADABLE if labels.refused else ExitCode.DONE)


def _read(folder: Path, form: LabelFormat, classes: Path | None, size_of: SizeOf) -> CocoSet:
    match form:
        case LabelFormat.YOLO:
            return read_yolo(folder, size_of, classes)
        case LabelFormat.VOC:
            return read_voc(folder, size_of)
        case LabelFormat.COCO:
            return read_coco_files(folder, size_of)
        case LabelFormat.COUNTS:
            return read_reviewed_counts(folder, size_of)


def size_or_why(picture: Path, most: int) -> Size | Message:
    """The size of an upright picture. It is decoded: a damaged one would stop a training in the middle."""
    try:
        height, width = read_picture(picture, most).image.shape[:2]
    except UnreadableInput as error:
        return error.message
    return Size(width, height)
