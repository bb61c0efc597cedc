"""`shelfcount enrol` and `shelfcount gallery`: photos become names."""

from pathlib import Path
from typing import Annotated

import typer

from edge.bootstrap import model_files
from edge.cli.app import app
from edge.cli.console import out
from edge.cli.enrolling import Enroller
from edge.cli.progress import steps
from edge.clock import SystemClock
from edge.errors import ExitCode, UsageFault
from edge.report.separability_table import print_separability
from edge.settings import load_settings
from inventory_core.ids import Sku
from inventory_core.messages import Message, tell
from models.embedder import open_embedder
from models.gallery import Gallery, open_gallery
from models.gallery_changes import Change, Enrolled, Removed, Renamed
from models.gallery_file import check_photos
from models.reembedding import reembed
from models.separability import separability

gallery_app = typer.Typer(name="gallery", no_args_is_help=True, help="The products that a gallery knows.")
app.add_typer(gallery_app)

FEW = 5
"""Up to so many names are spelt out."""

HARDEST = 20
"""Enrolling reports so many products, the hardest first; `gallery list` shows all."""

GalleryOption = Annotated[Path | None, typer.Option("--gallery", metavar="DIR", help="Folder of the gallery.")]


@app.command("enrol")
def enrol(
    sku: Annotated[str | None, typer.Argument(metavar="SKU", help="The product's code.", show_default=False)] = None,
    photos: Annotated[list[Path] | None, typer.Argument(
        metavar="PHOTO...", help="1 to 5 photos of it.", show_default=False)] = None,
    gallery: GalleryOption = None,
    coco: Annotated[Path | None, typer.Option(metavar="FILE", help="Enrol every labelled box of a COCO file.")] = None,
    images: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the pictures of --coco.")] = None,
    folders: Annotated[Path | None, typer.Option(
        metavar="DIR", help="Enrol the photos of every folder in DIR, under the folder's name.")] = None,
) -> int:
    """Teach a gallery new products, from photos or from a labelled set; it names them at once, without training."""
    ways = [coco is not None, folders is not None, sku is not None]
    if ways.count(True) != 1 or (coco is None) != (images is None) or (sku is not None and not photos):
        raise UsageFault("enrol takes SKU PHOTO..., --folders DIR, or --coco FILE --images DIR; see `shelfcount enrol --help`")
    settings = load_settings(gallery=gallery)
    folder = _folder(settings.gallery)
    embedder = open_embedder(threads=settings.threads, files=model_files(settings))
    enroller = Enroller(open_gallery(folder, embedder.fingerprint, create=True), embedder, settings, SystemClock(), out())
    if coco is not None and images is not None:
        whole = enroller.from_coco(coco, images)
    elif folders is not None:
        whole = enroller.from_folders(folders)
    else:
        whole = enroller.from_photos(Sku(sku or ""), photos or [])
    print_separability(separability(enroller.gallery), out().table_console(), out().tr, most=HARDEST)
    return int(ExitCode.DONE if whole else ExitCode.UNREADABLE)


@gallery_app.command("list")
def list_names(gallery: GalleryOption = None) -> None:
    """Every enrolled product, how many photos it has, and its nearest look-alike."""
    opened = _open(gallery)
    for file in check_photos(opened.folder, opened.rows.photo):
        out().warn(tell("photo {file} of gallery {folder} is missing or was altered; names do not need it, making "
                        "the vectors again for another embedder would", file=file, folder=opened.folder))  # fmt: skip
    if not opened.names():
        out().say(tell("gallery {folder} knows no product yet", folder=opened.folder))
        return
    print_separability(separability(opened), out().table_console(), out().tr)


@gallery_app.command("remove")
def remove(sku: Annotated[str, typer.Argument(metavar="SKU")], gallery: GalleryOption = None) -> None:
    """Take a product out; `gallery undo` brings it back."""
    opened = _open(gallery)
    opened.remove(Sku(sku))
    out().say(tell("{sku} removed; {count} products left", sku=sku, count=len(opened)))


@gallery_app.command("rename")
def rename(
    old: Annotated[str, typer.Argument(metavar="OLD")], new: Annotated[str, typer.Argument(metavar="NEW")],
    gallery: GalleryOption = None,
) -> None:
    """Give a product another code; one that exists takes its photos over."""
    opened = _open(gallery)
    merged = new in opened.names() and new != old
    opened.rename(Sku(old), Sku(new))
    out().say(tell("{old} is called {new} now", old=old, new=new))
    if merged:
        out().warn(tell("{new} existed: it has the photos of both now; `gallery undo` parts them", new=new))


@gallery_app.command("undo")
def undo(gallery: GalleryOption = None) -> None:
    """Take the last change back; again for the one before it."""
    opened = _open(gallery)
    change = opened.undo()
    out().say(tell("nothing to undo") if change is None else _undone(change))


@gallery_app.command("reembed")
def reembed_gallery(
    gallery: GalleryOption = None,
    without_damaged: Annotated[bool, typer.Option("--without-damaged", help="Leave out photos that are lost.")] = False,
) -> None:
    """Make a gallery's vectors again with the embedder in use, from the photos that it keeps."""
    settings, speak = load_settings(gallery=gallery), out()
    folder = _folder(settings.gallery)
    embedder = open_embedder(threads=settings.threads, files=model_files(settings))
    done = reembed(folder, embedder, without_damaged=without_damaged,
                   shown=lambda photos: steps(photos, speak, tell("looking at the photos again")))
    if not done.is_new:
        speak.say(tell("gallery {folder} is of the embedder in use already", folder=folder))
        return
    for file in done.left_out:
        speak.warn(tell("photo {file} is lost and left out", file=file))
    speak.say(tell("gallery {folder}: {n} photos looked at again with the embedder {fingerprint}; {count} products",
                   folder=folder, n=done.photos, fingerprint=embedder.fingerprint,
                   count=len(open_gallery(folder, embedder.fingerprint))))


def _undone(change: Change) -> Message:
    match change:
        case Enrolled(rows):
            photos = sum(run.stop - run.first for run in rows)
            skus = sorted({run.sku for run in rows})
            if len(skus) > FEW:
                return tell("undone: enrolling {photos} photos of {skus} products", photos=photos, skus=len(skus))
            return tell("undone: enrolling {photos} photos of {skus}", photos=photos, skus=", ".join(skus))
        case Removed(sku):
            return tell("undone: removing {sku}", sku=sku)
        case Renamed(old, new):
            return tell("undone: renaming {old} to {new}", old=old, new=new)


def _folder(gallery: Path | None) -> Path:
    if gallery is None:
        raise UsageFault("no gallery: give --gallery DIR, or set gallery in the settings file")
    return gallery


def _open(gallery: Path | None) -> Gallery:
    """An existing gallery; listing and renaming need no network, so only the fingerprint of the one in use is asked for."""
    settings = load_settings(gallery=gallery)
    return open_gallery(_folder(settings.gallery), model_files(settings).of("embedder").fingerprint)
