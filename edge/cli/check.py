"""`shelfcount check` explains every mistake in settings, models, site, cameras and gallery."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from calibration.errors import BadSite
from calibration.site_file import read_site
from edge.api.broker import broker_of
from edge.bootstrap import model_files, open_site, require_location
from edge.cli.app import app
from edge.cli.check_picture import camera_on_site, picture_on_site
from edge.cli.console import Out, out
from edge.errors import CheckFailed, UsageFault
from edge.passwords import without_password
from edge.settings import CameraEntry, Settings, load_settings, settings_file
from edge.surveying.apart import mixed_up, outlooks_of
from inventory_core.messages import Message, Told, tell
from inventory_core.store.sql_book import open_book
from models.gallery import open_gallery
from models.golden import load_golden_set
from models.swapping import examine
from models.tuning import usable_tuning


@app.command("check")
def check(
    site: Annotated[Path | None, typer.Option(help="Site file to check; else the one in the settings.")] = None,
    gallery: Annotated[Path | None, typer.Option(help="Gallery to check; else the one in the settings.")] = None,
    picture: Annotated[Path | None, typer.Option(help="A picture of today: would it count, and has the camera moved?")] = None,
    no_camera: Annotated[bool, typer.Option("--no-camera", help="Do not open the cameras of the settings.")] = False,
) -> None:
    """Check settings, model files, site, cameras and gallery, and explain every mistake."""
    speak, faults = out(), 0
    settings = Settings.model_construct(site=site, gallery=gallery)

    def read_settings() -> Message:
        nonlocal settings
        settings = load_settings(site=site, gallery=gallery)
        if not settings_file().exists():
            return tell("there is no {file} here, so everything is as it comes; look whether this is the shop's folder",
                        file=settings_file())
        return tell("settings are as documented")

    faults += _checked(speak, read_settings)
    for entry in settings.camera:
        faults += _checked(speak, partial(_set_to, entry))
    if settings.mqtt is not None:
        faults += _checked(speak, lambda: _broker(settings))
    if "db" in settings.model_fields_set and "://" not in settings.db and Path(settings.db).exists():
        for location in dict.fromkeys([settings.location_of(entry.name) for entry in settings.camera] or [settings.location]):
            faults += _checked(speak, partial(_location, settings.db, location))
    faults += _checked(speak, lambda: _models(settings))
    chosen_site, chosen_gallery = settings.site, settings.gallery
    for file in dict.fromkeys([chosen_site, *(settings.site_of(entry.name) for entry in settings.camera)]):
        if file is not None:
            faults += _checked(speak, partial(_site, file))
    if len(settings.camera) > 1:
        faults += _checked(speak, lambda: _apart(settings))
    for entry in () if no_camera else settings.camera:
        if not _is_unplugged(entry):
            faults += _checked(speak, partial(_sees, entry, settings.site_of(entry.name)))
    if picture is not None:
        faults += _checked(speak, lambda: _picture(picture, chosen_site, settings.max_pixels))
    if chosen_gallery is not None:
        faults += _checked(speak, lambda: _gallery(settings, chosen_gallery))
    if faults:
        raise CheckFailed("to be mended, see above: {n}", n=faults)


def _checked(speak: Out, part: Callable[[], Message]) -> int:
    """Run one check and say how it went; 1 for a fault."""
    try:
        speak.say(tell("ok: {what}", what=part()))
    except Told as error:
        speak.say(tell("wrong: {why}", why=error))
        return 1
    return 0


def _models(settings: Settings) -> Message:
    """What is in use is whole, opens, and sees what the golden set shows."""
    files, golden, tuning = model_files(settings), load_golden_set(), usable_tuning(settings.models)
    for file in files.files:
        examine(files, file.role, golden, 1, tuning).require()
    return tell("model files are whole and pass the golden set: {names}", names=", ".join(f.name for f in files.files))


def _sees(entry: CameraEntry, site: Path | None) -> Message:
    try:
        place = open_site(site)
    except BadSite:
        place = None  # which was told already
    return camera_on_site(entry, place)


def _apart(settings: Settings) -> Message:
    sites = {}
    for entry in settings.camera:
        with suppress(BadSite):  # which was told already
            sites[entry.name] = open_site(settings.site_of(entry.name))
    if (mixed := mixed_up(outlooks_of(settings, sites))) is not None:
        raise mixed
    return tell("no two cameras count one shelf")


def _is_unplugged(entry: CameraEntry) -> bool:
    return entry.spec.startswith("/dev/") and not Path(entry.spec).exists()


def _set_to(entry: CameraEntry) -> Message:
    """How a camera is to be set, and that it is plugged in."""
    if _is_unplugged(entry):
        raise UsageFault("camera {name}: {spec} is not there; plug it in, or take its path from `shelfcount camera list`",
                         name=entry.name, spec=entry.spec)
    if "://" in entry.spec:
        return tell("camera {name}: {spec}, whose exposure and all else are set in the camera itself", name=entry.name,
                    spec=without_password(entry.spec))
    left_out = {"name", "spec", "location", "site"}
    set_to = ", ".join(f"{key} {value}" for key, value in entry.model_dump(exclude=left_out, exclude_none=True).items())
    return tell("camera {name}: {spec}, set to {settings} after every plug; /api/health tells what it did not take",
                name=entry.name, spec=without_password(entry.spec), settings=set_to)


def _location(db: str, location: str) -> Message:
    store = open_book(db)
    try:
        require_location(store, db, location)
    finally:
        store.close()
    return tell("counts are held against the location {location} of the book {db}", location=location, db=db)


def _broker(settings: Settings) -> Message:
    broker = broker_of(settings, None)
    if broker is None:
        return tell("no counts by MQTT")
    if settings.mqtt_topic is None:
        return tell("counts by MQTT: at {address}, topic shelfcount/NAME/count with the name of the site's camera or of this "
                    "machine", address=broker.address)
    return tell("counts by MQTT: at {address}, topic {topic}", address=broker.address, topic=broker.topic)


def _site(path: Path) -> Message:
    if not path.exists():
        raise UsageFault("there is no site file {file} yet; survey the camera with `shelfcount calibrate bay PICTURE --out "
                         "{file}` or on the page /survey of a running server, or mend `site` in the settings", file=path)
    site = read_site(path)
    width, height = site.view_size_px
    if site.reference is not None:
        return tell(
            "site {file}: {width_mm:.0f} x {height_mm:.0f} mm, shelves: {shelves}; seen at {width} x {height} px; "
            "{points} points and {tags} tags of its picture tell when the camera moves",
            file=path, shelves=len(site.bay.bands), width_mm=site.bay.width_mm, height_mm=site.bay.height_mm,
            width=width, height=height, points=len(site.landmarks), tags=len(site.reference.landmarks.tags),
        )
    return tell(
        "site {file}: {width_mm:.0f} x {height_mm:.0f} mm, shelves: {shelves}; seen at {width} x {height} px",
        file=path, shelves=len(site.bay.bands), width_mm=site.bay.width_mm, height_mm=site.bay.height_mm,
        width=width, height=height,
    )


def _picture(picture: Path, site: Path | None, max_pixels: int) -> Message:
    if site is None:
        raise UsageFault("--picture is held against a site: give --site FILE too")
    return picture_on_site(picture, read_site(site), max_pixels)


def _gallery(settings: Settings, folder: Path) -> Message:
    gallery = open_gallery(folder, model_files(settings).of("embedder").fingerprint)
    return tell("gallery {folder}: {n} products", folder=folder, n=len(gallery))
