"""Pascal VOC labels: an XML file per picture. A file that declares a document type is refused before it is parsed,
so that no entity can be expanded or fetched.

The picture is looked for by its `filename` beside the XML file and in `JPEGImages` or `images` beside the XML's folder.
Corners are taken as they are written: tools of today count pixels from 0 (the set of 2007 counted from 1).
"""

from pathlib import Path, PurePosixPath
from xml.etree import ElementTree
from xml.parsers import expat

from inventory_core.messages import Message, tell
from models.coco import CocoSet
from models.errors import BadLabels
from models.labels.making import MAX_TEXT_BYTES, PICTURE_SUFFIXES, PictureInMaking, SetInMaking, Size, SizeOf, files_below

DEEPEST = 20
"""An annotation is four levels deep; a file that nests further is not one."""
FOLDERS = ("JPEGImages", "images", "Images")
CORNERS = ("xmin", "ymin", "xmax", "ymax")


class _Unsafe(Exception):
    """The file declares a document type, or nests without end."""


def read_voc(root: Path, size_of: SizeOf) -> CocoSet:
    """Every picture that an XML file below the folder labels. Raises BadLabels where there is none."""
    making = SetInMaking(root, size_of)
    files = files_below(root, (".xml",))
    if not files:
        raise BadLabels("{folder} holds no Pascal VOC label files (NAME.xml)", folder=root)
    for file in files:
        shown = making.name_of(file)
        tree = parse_safely(file, shown)
        if isinstance(tree, Message):
            making.refuse(tree)
        elif tree.tag != "annotation":
            making.refuse(tell("{labels}: the file is <{tag}>, a VOC label file is <annotation>; export the labels again",
                               labels=shown, tag=tree.tag[:40]))
        elif picture := _picture(making, file, tree, shown):
            for number, thing in enumerate(tree.findall("object"), 1):
                _take(picture, tell("{labels}, object {number}", labels=shown, number=number), thing)
    return making.done(root.resolve().name)


def parse_safely(file: Path, shown: str) -> ElementTree.Element | Message:
    """The file's root element, or why it is not parsed."""
    try:
        if file.stat().st_size > MAX_TEXT_BYTES:
            return tell("{labels} is larger than {limit} bytes: not a label file", labels=shown, limit=MAX_TEXT_BYTES)
        data = file.read_bytes()
        _refuse_doctype(data)
        return ElementTree.fromstring(data)
    except OSError as error:
        return tell("{labels} cannot be read: {why}", labels=shown, why=error.strerror or error)
    except _Unsafe:
        return tell("{labels}: the file declares a document type or nests without end, which label files never need; it was "
                    "not opened", labels=shown)
    except (expat.ExpatError, ElementTree.ParseError, LookupError, ValueError) as error:
        return tell("{labels} is not XML: {why}; export the labels again", labels=shown, why=error)


def _refuse_doctype(data: bytes) -> None:
    """A first pass that reads no entity: the handler speaks at `<!DOCTYPE`, before anything in it is defined."""
    depth = 0

    def opened(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise _Unsafe

    def closed(*_: object) -> None:
        nonlocal depth
        depth -= 1

    def declared(*_: object) -> None:
        raise _Unsafe

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = declared
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.Parse(data, True)


def _picture(making: SetInMaking, file: Path, tree: ElementTree.Element, shown: str) -> PictureInMaking | None:
    written = (tree.findtext("filename") or "").strip().replace("\\", "/")
    name = PurePosixPath(written).name if written else ""
    stems = [name] if PurePosixPath(name).suffix.lower() in PICTURE_SUFFIXES else []
    stems += [file.stem + suffix for suffix in PICTURE_SUFFIXES] if not stems else []
    places = [file.parent, *(file.parent.parent / folder for folder in FOLDERS), *(file.parent / folder for folder in FOLDERS)]
    found = next((place / stem for place in places for stem in stems if (place / stem).is_file()), None)
    size = tree.find("size")
    declared = None
    if size is not None:
        sides = [_whole(size.findtext(key)) for key in ("width", "height")]
        if sides[0] and sides[1]:  # some tools write 0 where they do not know
            declared = Size(sides[0], sides[1])
    return making.open(found or file.parent / (name or f"{file.stem}.jpg"), shown, declared)


def _take(picture: PictureInMaking, where: Message, thing: ElementTree.Element) -> None:
    box = thing.find("bndbox")
    if box is None:
        picture.owner.refuse(tell("{where}: it has no <bndbox>; draw its box", where=where))
        return
    try:
        x1, y1, x2, y2 = (float(box.findtext(corner) or "") for corner in CORNERS)
    except ValueError:
        picture.owner.refuse(tell("{where}: its <bndbox> needs the numbers xmin, ymin, xmax and ymax; draw the box again",
                                  where=where))
        return
    picture.add(where, thing.findtext("name") or "", (x1, y1, x2, y2))


def _whole(text: str | None) -> int:
    try:
        return int(float(text or 0))
    except (ValueError, OverflowError):
        return 0
