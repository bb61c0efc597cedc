"""Puts a server together: the book, the eye if it can be loaded, the cameras by name."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from calibration.record import Calibration
from edge.api.app import Api, create_app
from edge.api.book_tasks import TaskPolicy
from edge.api.broker import broker_of
from edge.api.cameras import NamedCamera
from edge.api.deps import ModelCard
from edge.api.looking import EyeLooker
from edge.api.metrics import Metrics
from edge.api.surveying import Surveys, places_of
from edge.api.unattended import Plan
from edge.bootstrap import Networks, open_eye, open_judge, open_people, open_site, prove_eye, require_location
from edge.clock import SystemClock
from edge.counting.evidence import Evidence, folder_of
from edge.counting.pipeline import Eye
from edge.errors import UsageFault
from edge.messages import Lang
from edge.settings import Settings
from edge.surveying.apart import mixed_up, outlooks_of
from inventory_core.access import ApiToken
from inventory_core.errors import Damaged, StoreError
from inventory_core.messages import Told
from inventory_core.photos import PhotoJudge
from inventory_core.ports import BookStore
from inventory_core.store.damaged_book import DamagedBook, open_damaged
from inventory_core.store.sql_book import open_book
from inventory_core.store.stock_lookup import StockLookup
from models.errors import ModelError
from models.person_finder import PersonFinder
from models.watched_network import NetworkWatch


@dataclass(frozen=True, slots=True, eq=False)
class OpenServer:
    """An application ready to be served."""

    api: Api
    has_keys: bool


@contextmanager
def open_server(
    settings: Settings, cameras: Mapping[str, NamedCamera], lang: Lang, warn: Callable[[Told], None],
    plan: Plan | None = None,
) -> Iterator[OpenServer]:
    """The API over the settings' book; without an eye that opens and passes the golden set it warns, serves all the same and
    refuses to count; over a damaged book it warns, answers what can be read and refuses every write.

    Raises StoreError for a book that cannot be used, BadSite, UsageFault.
    """
    metrics = Metrics()
    with (
        closing(_store(settings.db, warn)) as store, _stock(settings.db, store) as stock,
        closing(NetworkWatch(metrics)) as watch,
    ):
        if plan is not None and not isinstance(store, DamagedBook):
            for location in dict.fromkeys(settings.location_of(camera) for camera in plan.cameras):
                require_location(store, settings.db, location)
        clock = SystemClock()
        folder = folder_of(settings.db)
        read = _sites(settings, cameras, warn)
        sites = {name: read[file] for name in cameras if (file := settings.site_of(name)) is not None}
        site = read[settings.site]
        if (mixed := mixed_up(outlooks_of(settings, {name: read[settings.site_of(name)] for name in cameras}))) is not None:
            if plan is not None:
                raise mixed
            warn(mixed)
        broker = broker_of(settings, None if site is None else site.camera)
        eye, card = _eye(settings, watch.named, warn)
        judge, card = (None, card) if eye is None else _judge(settings, eye, card, watch.named, warn)
        evidence = Evidence.of_book(settings.db, _people(settings, watch.named, warn))
        looker = None if eye is None else EyeLooker(eye, cameras, evidence, settings.max_pixels, sites=sites)
        api = create_app(
            settings, store, clock, folder=folder, looker=looker, cameras=cameras, model=card, lang=lang, stock=stock,
            judge=judge, keeping=None if isinstance(store, DamagedBook) else TaskPolicy(), plan=plan, metrics=metrics,
            broker=broker, evidence=evidence, end_networks=watch.close,
            survey=Surveys(*places_of(settings, cameras, read), eye=eye, take=None if looker is None else looker.take_site))
        yield OpenServer(api, has_keys=any(works(token) for token in _tokens(store)))


def _store(db: str, warn: Callable[[Told], None]) -> BookStore:
    """Raises StoreError; Damaged only where nothing can be read."""
    try:
        return open_book(db)
    except Damaged as damage:
        store = open_damaged(db, damage)
        warn(damage)
        warn(StoreError("the book {db} is served read-only: what can be read is answered, and nothing is written; when a "
                        "backup was brought back with `shelfcount ledger restore BACKUP --db {db}`, start again", db=db))
        return store


@contextmanager
def _stock(db: str, store: BookStore) -> Iterator[StockLookup | None]:
    """The quick way to ask for stock; a damaged book has none, for it would open the file for writing."""
    if isinstance(store, DamagedBook):
        yield None
        return
    with closing(StockLookup(db)) as stock:
        yield stock


def works(token: ApiToken) -> bool:
    return token.revoked_at is None


def _tokens(store: BookStore) -> tuple[ApiToken, ...]:
    with store.read() as book:
        return book.tokens()


def _sites(
    settings: Settings, cameras: Collection[str], warn: Callable[[Told], None]
) -> dict[Path | None, Calibration | None]:
    """The site of the settings and of each camera, by file; None for a camera's that is still to be surveyed, maybe on the page
    of this very server. Raises BadSite."""
    read: dict[Path | None, Calibration | None] = {}
    for name in cameras:
        if (file := settings.site_of(name)) is not None and not file.exists():
            warn(UsageFault("camera {name} has no site file {file} yet: it counts nothing until its place is surveyed, on the "
                            "page /survey; or use `shelfcount calibrate bay PICTURE --out {file}` and start this again",
                            name=name, file=file))
            read[file] = None
    for file in dict.fromkeys([settings.site, *map(settings.site_of, cameras)]):
        if file not in read:
            read[file] = open_site(file)
    return read


def _judge(
    settings: Settings, eye: Eye, card: ModelCard, networks: Networks, warn: Callable[[Told], None]
) -> tuple[PhotoJudge | None, ModelCard]:
    """What looks at the photos of adjustments; without it every order is held for a person to look."""
    try:
        return open_judge(settings, eye, networks), card
    except ModelError as error:
        warn(error)
        return None, replace(card, why_degraded=error.message)


def _people(settings: Settings, networks: Networks, warn: Callable[[Told], None]) -> PersonFinder | None:
    """What finds people on pictures; without it counts go on and no picture is kept."""
    try:
        return open_people(settings, networks)
    except ModelError as error:
        warn(error)
        return None


def _eye(
    settings: Settings, networks: Networks, warn: Callable[[Told], None]
) -> tuple[Eye | None, ModelCard]:
    try:
        eye = open_eye(settings, settings.gallery, networks=networks)
        prove_eye(eye)
    except ModelError as error:
        warn(error)
        return None, ModelCard(why_down=error.message)
    return eye, ModelCard(eye.detector.fingerprint, eye.embedder_fingerprint, eye.gallery_fingerprint)
