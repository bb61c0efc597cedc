"""The survey over the API: a picture waits, shelves are proposed, the site file is kept once and used at once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from calibration.record import Calibration
from calibration.site_file import read_site
from edge.api.app import create_app
from edge.api.cameras import NamedCamera
from edge.api.surveying import WAITING, Place, Surveys, places_of
from edge.capture.replay import ReplayCamera, StoredFrame
from edge.clock import SimulatedClock
from edge.counting.evidence import Evidence
from edge.counting.masking import NobodyThere
from edge.settings import CameraEntry, Settings
from inventory_core.errors import Damaged, DiskFull
from inventory_core.events import Action, Event, Outcome
from inventory_core.memory import MemoryStore
from inventory_core.ports import Book, BookStore
from inventory_core.store.damaged_book import DamagedBook
from tests.edge.api.conftest import COLA, NOW, Build, Shop, StandingClock, add_keys

SHELF_FILE = Path(__file__).parents[3] / "models" / "golden_set" / "shelf.jpg"
SHELF = SHELF_FILE.read_bytes()
SIZE = {"width_mm": 1920, "height_mm": 1080}
CORNERS = [[0, 0], [959, 0], [959, 539], [0, 539]]
SHELVES = [{"name": "top", "top_mm": 0, "bottom_mm": 500}, {"name": "low", "top_mm": 500, "bottom_mm": 1000}]
RESULT: dict[str, Any] = SIZE | {"corners": CORNERS, "camera": "door", "shelves": SHELVES}
QUERY = "?" + "&".join([*(f"corners={n}" for corner in CORNERS for n in corner), "width_mm=1920", "height_mm=1080"])


def at(target: Path, site: Calibration | None = None) -> Place:
    return Place(target, "shelf-1", site=site)


@dataclass
class Counter:
    """What counts with the site: it is handed every new one."""

    taken: list[Calibration] = field(default_factory=list)
    cameras: list[str] = field(default_factory=list)

    def take(self, site: Calibration, cameras: Iterable[str]) -> None:
        self.cameras = [*cameras]
        self.taken.append(site)


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "door.toml"


@pytest.fixture
def shop(build: Build, counter: Counter, target: Path) -> Iterator[Shop]:
    clock = SimulatedClock(NOW)
    door_shows = StoredFrame(NOW, SHELF_FILE)
    door = NamedCamera(lambda: ReplayCamera([door_shows], SimulatedClock(NOW), name="door"), clock)
    with TestClient(build(cameras={"door": door}, survey=Surveys(at(target), take=counter.take))) as client:
        yield Shop(client)


def begun(shop: Shop, **options: Any) -> Any:
    answer = shop.post("/v2/surveys", files={"picture": ("a.jpg", SHELF)}, **options)
    assert 201 == answer.status_code, answer.text
    return answer.json()


def test_a_picture_of_a_held_camera_becomes_a_site_file_that_is_used_at_once(
    shop: Shop, counter: Counter, target: Path, store: BookStore
) -> None:
    start = shop.get("/v2/surveys").json()
    assert (["door"], str(target), None) == (start["cameras"], start["file"], start["site"])
    draft = shop.post("/v2/surveys", {"camera": "door"}, "staff").json()
    assert ("door", 960, 540, []) == (draft["camera"], draft["width_px"], draft["height_px"], draft["reasons"])
    assert b"\xff\xd8\xff" == shop.get(draft["picture"]).content[:3]
    kept = shop.post(f"/v2/surveys/{draft['id']}/site", RESULT, "staff").json()
    site = read_site(target)
    assert (str(target), site.fingerprint, "door.surveyed.png", None, None, True) == (
        kept["file"], kept["fingerprint"], kept["picture"], kept["earlier"], kept["planogram"], kept["taken"])
    assert ["top", "low"] == [band.shelf for band in site.bay.bands]
    assert [site.fingerprint] == [each.fingerprint for each in counter.taken]
    assert site.reference is not None
    with store.read() as book:
        event = next(iter(book.events(Action.SURVEYED))).event
    assert ("staff-1", site.fingerprint) == (event.actor, event.detail["fingerprint"])
    in_use = shop.get("/v2/surveys").json()["site"]
    np.testing.assert_allclose(in_use["corners"], CORNERS, atol=0.02)
    assert SHELVES == in_use["shelves"]


def test_an_earlier_site_file_stays_under_a_number_and_goes_on_naming_its_picture(shop: Shop, target: Path) -> None:
    first = shop.post(f"/v2/surveys/{begun(shop)['id']}/site", RESULT).json()
    darker = cv2.imencode(".png", cv2.imdecode(np.frombuffer(SHELF, np.uint8), cv2.IMREAD_COLOR) // 2)[1].tobytes()
    other = shop.post("/v2/surveys", files={"picture": ("b.png", darker)}).json()
    second = shop.post(f"/v2/surveys/{other['id']}/site", RESULT).json()
    assert ("door.1.toml", "door.surveyed.2.png") == (second["earlier"], second["picture"])
    assert first["fingerprint"] == read_site(target.with_name("door.1.toml")).fingerprint
    assert second["fingerprint"] == read_site(target).fingerprint


def test_a_later_picture_of_the_place_says_where_the_bay_lies_so_that_a_tap_confirms_it(shop: Shop, target: Path) -> None:
    assert begun(shop)["corners"] is None
    shop.post(f"/v2/surveys/{begun(shop)['id']}/site", RESULT)
    first = read_site(target)
    shelf = cv2.imdecode(np.frombuffer(SHELF, np.uint8), cv2.IMREAD_COLOR)
    nudged = cv2.warpAffine(shelf, np.array([[1.0, 0, -6], [0, 1, -4]]), (960, 540), borderMode=cv2.BORDER_REPLICATE)
    sent = [shop.post("/v2/surveys", files={"picture": ("a.png", cv2.imencode(".png", each)[1].tobytes())}).json()
            for each in (shelf, nudged, shelf[::-1], shelf // 20)]
    assert (CORNERS, None, None) == (sent[0]["corners"], sent[2]["corners"], sent[3]["corners"])
    np.testing.assert_allclose(sent[1]["corners"], np.array(CORNERS) - [6, 4], atol=0.6)
    kept = shop.post(f"/v2/surveys/{sent[0]['id']}/site", RESULT | {"corners": sent[0]["corners"]}).json()
    again = read_site(target)
    assert ("door.1.toml", first.bay) == (kept["earlier"], again.bay)


def test_a_survey_that_is_sent_twice_is_kept_once(shop: Shop, target: Path) -> None:
    path = f"/v2/surveys/{begun(shop)['id']}/site"
    answers = [shop.post(path, RESULT, key="k") for _ in range(2)]
    assert [201, 201] == [answer.status_code for answer in answers]
    assert answers[0].json() == answers[1].json()
    assert "true" == answers[1].headers["idempotent-replayed"]
    assert ["door.surveyed.png", "door.toml"] == sorted(file.name for file in target.parent.glob("door*"))
    assert 422 == shop.post(path, RESULT | {"camera": "window"}, key="k").status_code


def test_a_survey_with_a_key_of_another_request_changes_nothing(shop: Shop, counter: Counter, target: Path) -> None:
    shop.post("/v2/skus", COLA, key="k")
    answer = shop.post(f"/v2/surveys/{begun(shop)['id']}/site", RESULT, key="k")
    assert (422, "idempotency_key_reused") == (answer.status_code, answer.json()["code"])
    assert ([], []) == (list(target.parent.glob("door*")), counter.taken)


def test_a_survey_that_the_book_has_no_room_for_changes_nothing_until_it_has(
    clock: StandingClock, tmp_path: Path, counter: Counter, target: Path
) -> None:
    class Filling(MemoryStore):
        is_full = False

        @contextmanager
        def write(self) -> Iterator[Book]:
            if self.is_full:
                raise DiskFull("there is no room left for the book {file}: nothing was written; make room on the disk",
                               file="x")
            with super().write() as book:
                yield book

    store = Filling()
    add_keys(store)
    evidence = Evidence(tmp_path / "evidence", NobodyThere())
    surveys = Surveys(at(target), take=counter.take)
    app = create_app(Settings(), store, clock, folder=tmp_path, survey=surveys, evidence=evidence)
    with TestClient(app) as client:
        shop = Shop(client)
        path = f"/v2/surveys/{begun(shop)['id']}/site"
        store.is_full = True
        assert 507 == shop.post(path, RESULT, key="k").status_code
        assert ([], [], ()) == (list(target.parent.glob("door*")), counter.taken, surveyed(store))
        store.is_full = False
        assert 201 == shop.post(path, RESULT, key="k").status_code
    assert (1, [("done", None)]) == (len(counter.taken), [(event.outcome.value, event.code) for event in surveyed(store)])


def surveyed(store: BookStore) -> tuple[Event, ...]:
    with store.read() as book:
        return tuple(entry.event for entry in book.events(Action.SURVEYED))


def test_a_picture_that_is_sent_twice_is_one_survey(shop: Shop) -> None:
    assert begun(shop, key="k") == begun(shop, key="k")


def test_places_with_names_become_a_planogram_beside_the_site_file(shop: Shop, target: Path) -> None:
    slots = [{"shelf": "top", "left_mm": 0, "right_mm": 90, "sku": "cola", "facings": 2},
             {"shelf": "top", "left_mm": 200, "right_mm": 290, "sku": "cola"}, {"shelf": "low", "left_mm": 0, "right_mm": 50}]
    kept = shop.post(f"/v2/surveys/{begun(shop)['id']}/site", RESULT | {"slots": slots}).json()
    assert "door.planogram.csv" == kept["planogram"]
    assert ["location,shelf,sku,facings,depth", "shelf-1,top,cola,3,1"] == (
        target.with_name("door.planogram.csv").read_text(encoding="utf-8").splitlines())
    assert [("top", "cola", 2), ("top", "cola", 1), ("low", None, 1)] == [
        (slot.shelf, slot.sku, slot.facings) for slot in read_site(target).bay.slots]


@pytest.mark.parametrize(("change", "named"), [
    ({"corners": [[0, 0], [959, 539], [959, 0], [0, 539]]}, "do not go round"),
    ({"shelves": [SHELVES[0], SHELVES[1] | {"top_mm": 400}]}, "overlap"),
    ({"shelves": [SHELVES[0], SHELVES[1] | {"bottom_mm": 1100}]}, "outside the bay"),
    ({"shelves": [SHELVES[0], SHELVES[1] | {"name": "top"}]}, "twice"),
    ({"slots": [{"shelf": "middle", "left_mm": 0, "right_mm": 9}]}, "does not have"),
    ({"slots": [{"shelf": "top", "left_mm": 0, "right_mm": 9000}]}, "outside the bay"),
    ({"slots": [{"shelf": "top", "left_mm": 9, "right_mm": 9}]}, "left_mm below right_mm"),
    ({"slots": [{"shelf": "top", "left_mm": 0, "right_mm": 9}, {"shelf": "top", "left_mm": 8, "right_mm": 12}]}, "overlap"),
])
def test_what_makes_no_bay_is_told_with_its_mend_and_nothing_is_kept(
    shop: Shop, counter: Counter, target: Path, change: dict[str, Any], named: str
) -> None:
    answer = shop.post(f"/v2/surveys/{begun(shop)['id']}/site", RESULT | change)
    assert (422, "bad_survey") == (answer.status_code, answer.json()["code"])
    assert named in answer.json()["detail"]
    assert ([], []) == (list(target.parent.glob("door*")), counter.taken)


def test_a_disk_that_takes_nothing_leaves_the_site_as_it_is(build: Build, tmp_path: Path, store: BookStore) -> None:
    (tmp_path / "file").write_text("x")
    with TestClient(build(survey=Surveys(at(tmp_path / "file" / "door.toml")))) as client:
        shop = Shop(client)
        answer = shop.post(f"/v2/surveys/{begun(shop)['id']}/site", RESULT)
        assert (503, "site_not_written") == (answer.status_code, answer.json()["code"])
        assert shop.get("/v2/surveys").json()["site"] is None
    assert ["site_not_written"] == [event.code for event in surveyed(store) if event.outcome is Outcome.REFUSED]


def test_over_a_damaged_book_no_site_file_is_kept(book_on_disk: BookStore, tmp_path: Path, target: Path) -> None:
    book_on_disk.close()
    damaged = DamagedBook(tmp_path / "book.db", Damaged("the book is damaged"))
    app = create_app(Settings(), damaged, SimulatedClock(NOW), folder=tmp_path, survey=Surveys(at(target)))
    with TestClient(app) as client:
        answer = Shop(client).post("/v2/surveys/s-1/site", RESULT)
    assert (503, "book_damaged", False) == (answer.status_code, answer.json()["code"], target.exists())


def test_without_an_eye_the_bay_is_shown_as_one_shelf(shop: Shop) -> None:
    found = shop.get(f"/v2/surveys/{begun(shop)['id']}/proposal{QUERY}").json()
    assert [("1", 0.0, 1080.0, 0.0)] == [
        (shelf["name"], shelf["top_mm"], shelf["bottom_mm"], shelf["confidence"]) for shelf in found["shelves"]]
    assert (0, []) == (found["products"], found["slots"])
    assert found["view"].startswith("data:image/jpeg;base64,/9j/")


def test_who_saw_a_bay_is_in_the_audit_log_and_one_that_did_not_change_is_not_told_again(shop: Shop, store: BookStore) -> None:
    path = f"/v2/surveys/{(id := begun(shop)['id'])}/proposal{QUERY}"
    tag = shop.get(path, "staff").headers["etag"]
    assert 304 == shop.get(path, "staff", if_none_match=tag).status_code
    with store.read() as book:
        assert [("staff-1", id)] == [(each.event.actor, each.event.subject) for each in book.events(Action.PICTURE_VIEWED)]


def test_what_begins_a_survey_and_proposals_may_be_asked_for_again_by_tag(shop: Shop) -> None:
    paths = shop.client.get("/openapi.json").json()["paths"]
    told = {path: set(methods["get"]["responses"]) for path, methods in paths.items() if path.startswith("/v2/surveys") and
            "get" in methods}
    assert {"304"} == set.intersection(*told.values()) & {"304"}
    assert "model_error" in paths["/v2/surveys/{id}/proposal"]["get"]["responses"]["503"]["description"]
    assert "cannot_mask" in paths["/v2/surveys"]["post"]["responses"]["503"]["description"]


def test_sizes_that_may_be_a_slip_are_told_in_words_and_right_ones_not(shop: Shop) -> None:
    id, in_cm = begun(shop)["id"], QUERY.replace("1920", "192").replace("1080", "108")
    exchanged = QUERY.replace("width_mm=1920&height_mm=1080", "width_mm=1080&height_mm=1920")
    told = [shop.get(f"/v2/surveys/{id}/proposal{query}").json()["doubts"] for query in (QUERY, in_cm, exchanged)]
    assert [0, 1, 1] == [len(doubts) for doubts in told]
    assert ("cm?", "exchanged?") == (told[1][0][-3:], told[2][0].split()[-1])


def test_a_proposal_for_corners_that_go_round_nothing_is_refused(shop: Shop) -> None:
    crossed = QUERY.replace("corners=959&corners=0&corners=959&corners=539", "corners=959&corners=539&corners=959&corners=0")
    assert "bad_survey" == shop.get(f"/v2/surveys/{begun(shop)['id']}/proposal{crossed}").json()["code"]


def test_only_the_newest_pictures_wait_and_an_older_one_is_to_be_taken_again(shop: Shop) -> None:
    ids = [begun(shop)["id"] for _ in range(WAITING + 1)]
    assert [404] + [200] * WAITING == [shop.get(f"/v2/surveys/{id}/picture").status_code for id in ids]
    assert "take it again" in shop.post(f"/v2/surveys/{ids[0]}/site", RESULT).json()["detail"]


def test_large_pictures_wait_as_long_as_they_take_little_room_together(target: Path) -> None:
    surveys = Surveys(at(target), waiting_bytes=250_000)
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3), np.uint8)  # 120 kB as PNG
    for name in ("s-1", "s-2", "s-3"):
        surveys.begin(name, None, noise, noise)
    assert [True, False, False] == [surveys.begun(name) is None for name in ("s-1", "s-2", "s-3")]
    surveys.begin("s-4", None, large := np.tile(noise, (2, 2, 1)), large)
    assert [True, True, False] == [surveys.begun(name) is None for name in ("s-2", "s-3", "s-4")]


def test_a_poor_picture_is_told(shop: Shop) -> None:
    dark = cv2.imencode(".png", np.full((540, 960, 3), 3, np.uint8))[1].tobytes()
    assert "too dark" in shop.post("/v2/surveys", files={"picture": ("b.png", dark)}).json()["reasons"]


def test_cameras_with_a_site_of_their_own_are_surveyed_for_it_alone(build: Build, counter: Counter, tmp_path: Path) -> None:
    def camera() -> ReplayCamera:
        return ReplayCamera([StoredFrame(NOW, SHELF_FILE)], SimulatedClock(NOW), name="any")

    own = {"location": "till", "site": tmp_path / "till.toml"}
    entries = (CameraEntry(name="door", spec="0"), CameraEntry(name="till", spec="1", **own),
               CameraEntry(name="yard", spec="2", **own))  # fmt: skip
    settings = Settings(db=str(tmp_path / "shop.db"), site=tmp_path / "door.toml", camera=entries)
    cameras = {name: NamedCamera(camera, SimulatedClock(NOW)) for name in ("door", "till", "yard")}
    places = places_of(settings, cameras, {})
    with TestClient(build(cameras=cameras, settings=settings, survey=Surveys(*places, take=counter.take))) as client:
        shop = Shop(client)
        till = shop.post("/v2/surveys", {"camera": "till"}).json()["id"]
        named = [{"shelf": "top", "left_mm": 0, "right_mm": 90, "sku": "cola"}]
        kept = shop.post(f"/v2/surveys/{till}/site", RESULT | {"slots": named}).json()
        starts = [shop.get(f"/v2/surveys?camera={name}").json() for name in ("yard", "door")]
    assert (str(tmp_path / "till.toml"), "till.planogram.csv", ["till", "yard"]) == (
        kept["file"], kept["planogram"], counter.cameras)
    assert "till,top,cola" in (tmp_path / "till.planogram.csv").read_text(encoding="utf-8")
    assert [(str(tmp_path / "till.toml"), kept["fingerprint"]), (str(tmp_path / "door.toml"), None)] == [
        (start["file"], start["site"] and start["site"]["fingerprint"]) for start in starts]


def two_places(folder: Path, location: str) -> tuple[Settings, dict[str, NamedCamera]]:
    """Cameras with the site files left.toml and right.toml, of which the right one counts for `location`."""
    entries = (CameraEntry(name="left", spec="0", location="hall", site=folder / "left.toml"),
               CameraEntry(name="right", spec="1", location=location, site=folder / "right.toml"))  # fmt: skip
    shows = StoredFrame(NOW, SHELF_FILE)
    held = NamedCamera(lambda: ReplayCamera([shows], SimulatedClock(NOW), name="any"), SimulatedClock(NOW))
    return Settings(db=str(folder / "shop.db"), camera=entries), {"left": held, "right": held}


@pytest.mark.parametrize(("location", "names", "status"), [
    ("hall", ("top", "low"), 422), ("hall", ("high", "deep"), 201), ("till", ("top", "low"), 201)])
def test_two_cameras_of_one_location_get_no_shelves_of_one_name(
    build: Build, counter: Counter, tmp_path: Path, location: str, names: tuple[str, ...], status: int
) -> None:
    settings, cameras = two_places(tmp_path, location)
    places = places_of(settings, cameras, {})
    with TestClient(build(cameras=cameras, settings=settings, survey=Surveys(*places, take=counter.take))) as client:
        shop = Shop(client)
        shelves = [shelf | {"name": name} for shelf, name in zip(SHELVES, names, strict=True)]
        other = RESULT | {"shelves": shelves, "width_mm": 1900}
        answers = [shop.post(f"/v2/surveys/{shop.post('/v2/surveys', {'camera': camera}).json()['id']}/site", body)
                   for camera, body in (("left", RESULT), ("right", other), ("left", RESULT))]
    assert [201, status, 201] == [answer.status_code for answer in answers]
    assert (status == 201) == (tmp_path / "right.toml").exists()
    if status != 201:
        assert "cameras right and left both count a shelf top of the location hall" in answers[1].json()["detail"]


def test_a_site_where_no_camera_looks_is_told_and_a_shared_one_has_the_location_of_its_camera(
    build: Build, counter: Counter, tmp_path: Path
) -> None:
    settings, cameras = two_places(tmp_path, "till")
    surveys = Surveys(*places_of(settings, cameras, {}), take=counter.take)
    with TestClient(build(cameras=cameras, settings=settings, survey=surveys)) as client:
        shop = Shop(client)
        kept = shop.post(f"/v2/surveys/{begun(shop)['id']}/site", RESULT).json()
    assert (True, False) == tuple(any(words in note for note in kept["notes"]) for words in ("no camera", "every count"))
    own = Settings(site=tmp_path / "a.toml", camera=(CameraEntry(name="left", spec="0", location="hall"),))
    assert ["hall"] == [place.location for place in places_of(own, ("left",), {})]


@pytest.mark.parametrize(("body", "code"), [({"camera": "window"}, "unknown_camera"), ({"camera": "door", "location": "x"},
                                                                                      "invalid_body")])
def test_an_unknown_camera_or_field_is_refused(shop: Shop, body: dict[str, str], code: str) -> None:
    assert code == shop.post("/v2/surveys", body).json()["code"]


@pytest.mark.parametrize("role", ["till", "bi", "camera"])
def test_pictures_of_the_shop_are_for_people_of_the_office(shop: Shop, role: str) -> None:
    draft = begun(shop)
    assert 403 == shop.get(draft["picture"], role).status_code


def test_a_server_without_a_site_file_keeps_it_beside_the_book_and_says_so(build: Build, tmp_path: Path) -> None:
    settings = Settings(db=str(tmp_path / "shop.db"))
    with TestClient(build(settings=settings, survey=Surveys(*places_of(settings, (), {})))) as client:
        shop = Shop(client)
        kept = shop.post(f"/v2/surveys/{begun(shop)['id']}/site", RESULT).json()
    assert (str(tmp_path / "shop.site.toml"), False) == (kept["file"], kept["taken"])
    assert any("--site" in note for note in kept["notes"])


def test_the_lens_of_the_site_in_use_is_kept_for_a_picture_of_its_shape(build: Build, target: Path) -> None:
    lens = "[lens]\nfx = 900.0\nfy = 900.0\ncx = 480.0\ncy = 270.0\ndist = [-0.1, 0.0, 0.0, 0.0, 0.0]\n"
    with TestClient(build(survey=Surveys(at(target)))) as client:
        shop = Shop(client)
        shop.post(f"/v2/surveys/{begun(shop)['id']}/site", RESULT)
    target.write_text(target.read_text(encoding="utf-8") + lens, encoding="utf-8")
    with TestClient(build(survey=Surveys(at(target, read_site(target))))) as client:
        shop = Shop(client)
        shop.post(f"/v2/surveys/{begun(shop)['id']}/site", RESULT)
    found = read_site(target).lens
    assert found is not None
    assert (900.0, -0.1) == (found.matrix[0, 0], found.dist[0])


def test_the_first_page_leads_to_the_survey(shop: Shop) -> None:
    page = shop.client.get("/", headers={"Accept-Language": "zh"})
    assert (200, "zh") == (page.status_code, page.headers["content-language"])
    assert '<a href="/survey?lang=zh">测量货架</a>' in page.text


@pytest.mark.parametrize(("lang", "words"), [("zh", "测量货架"), ("en", "Survey a bay")])
def test_the_page_needs_no_key_and_fetches_nothing_from_elsewhere(shop: Shop, lang: str, words: str) -> None:
    page = shop.client.get(f"/survey?lang={lang}")
    assert words in page.text
    assert "http" not in page.text.replace("http://www.w3.org", "")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for name in ("survey.js", "survey_views.js", "pages.css"):
        assert f"/static/{name}" in page.text or name == "survey_views.js"
        assert 200 == shop.client.get(f"/static/{name}").status_code
    assert 404 == shop.client.get("/static/../survey.html").status_code
    assert 404 == shop.client.get("/static/secrets").status_code
