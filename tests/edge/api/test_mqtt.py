"""Counts asked for by message, against a real broker."""

import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from edge.api.app import Api
from edge.api.broker import Broker, broker_of
from edge.api.count_job import CountJob, JobState
from edge.api.mqtt_link import MqttLink
from edge.api.mqtt_orders import Asked, Message, message_of
from edge.api.refusals import BadBody
from edge.api.spool import Order
from edge.errors import UsageFault
from edge.logs import log_as
from edge.settings import Settings
from inventory_core.ids import CountId, LocationId
from inventory_core.ports import BookStore
from tests.edge.api.conftest import Build, FixedLooker
from tests.edge.api.test_serve import Serve, folder, serve
from tests.edge.api.test_taps import captures
from tests.mqtt_broker import PASSWORD, USER, Ear, Mosquitto, certificate, needed, until

__all__ = ["folder", "serve"]

TOPIC = "shelfcount/shop-1/count"


@pytest.fixture
def stopped(tmp_path: Path) -> Iterator[Mosquitto]:
    needed()
    (made := tmp_path / "broker").mkdir()
    mosquitto = Mosquitto(made)
    yield mosquitto
    mosquitto.stop()


@pytest.fixture
def mosquitto(stopped: Mosquitto) -> Mosquitto:
    return stopped.start()


@pytest.fixture
def ear(mosquitto: Mosquitto) -> Iterator[Ear]:
    heard = Ear(mosquitto.port, TOPIC)
    yield heard
    heard.close()


@pytest.fixture
def serving(build: Build, stopped: Mosquitto) -> Callable[..., Any]:
    """A server that is connected to the broker, once `ear` has heard so."""

    @contextmanager
    def served(ear: Ear | None = None, **options: Any) -> Iterator[TestClient]:
        known = len(ear.of("online")) if ear else 0
        app: Api = build(broker=Broker("127.0.0.1", stopped.port, False, TOPIC, USER, PASSWORD), **options)
        with TestClient(app) as client:
            if ear is not None:
                until(lambda: len(ear.of("online")) > known)
            yield client

    return served


def results(ear: Ear) -> list[dict[str, Any]]:
    return [json.loads(payload) for payload in ear.of("result")]


def test_a_message_makes_a_count_and_hears_how_it_ends(serving: Any, ear: Ear, store: BookStore) -> None:
    with serving(ear):
        ear.say('{"id": "a1", "camera": "door"}')
        until(lambda: results(ear))
    told = results(ear)[0]
    assert ("done", "counted", 3, ["a1"], "door", None) == tuple(
        told[name] for name in ("state", "status", "facings", "asked", "camera", "failure"))
    assert ["queued", "running", "done"] == [json.loads(payload)["state"] for payload in ear.of("state")]
    assert [told["count"]] == [capture.id for capture in captures(store)]
    until(lambda: b"offline" in ear.of("online"))


def test_the_latest_result_waits_for_whoever_comes_later(serving: Any, ear: Ear, mosquitto: Mosquitto) -> None:
    with serving(ear):
        ear.say("PRESS")
        until(lambda: results(ear))
        late = Ear(mosquitto.port, TOPIC)
        until(lambda: {name for name, _, retained in late.heard if retained} == {"online", "result"})
        late.close()


def test_one_id_is_one_count_also_after_it_ended_and_after_a_restart(serving: Any, ear: Ear, store: BookStore) -> None:
    with serving(ear) as client:
        for _ in range(3):
            ear.say('{"id": "a1"}')
        until(lambda: results(ear))
        ear.say('{"id": "a1"}')
        ear.say('{"id": "a2"}')
        until(lambda: len(results(ear)) == 2)
        assert 'shelfcount_mqtt_orders_total{outcome="joined"} 3.0' in client.get("/metrics").text
    with serving(ear):
        ear.say('{"id": "a1"}')
        ear.say('{"id": "a3"}')
        until(lambda: len(results(ear)) == 3)
    assert [["a1"], ["a2"], ["a3"]] == [told["asked"] for told in results(ear)]
    assert 3 == len(captures(store))


def test_taps_with_different_ids_are_one_count(serving: Any, ear: Ear, store: BookStore, looker: FixedLooker) -> None:
    look = threading.Event()
    looker.before = lambda: look.wait(20)
    with serving(ear) as client:
        for number in range(20):
            ear.say(json.dumps({"id": f"a{number}"}))
        asked = client.post("/v2/counts", json={"camera": "door"},
                            headers={"Authorization": "Bearer staff", "Idempotency-Key": "1"}).json()["id"]  # fmt: skip
        until(lambda: 'outcome="joined"} 19.0' in client.get("/metrics").text)
        look.set()
        until(lambda: results(ear))
    assert (1, asked, 20) == (len(captures(store)), results(ear)[0]["count"], len(results(ear)[0]["asked"]))


@pytest.mark.parametrize(("payload", "code"), [
    ('{"id": "a1", "camera": "window"}', "unknown_camera"), ('{"id": "a1", "location": "attic"}', "unknown_location"),
    ('{"zoom": 2}', "invalid_body"), ("count it", "invalid_body"), (b"\xff\x00", "invalid_body"),
    ("x" * 100_000, "invalid_body"),
])
def test_what_cannot_be_counted_is_refused(serving: Any, ear: Ear, store: BookStore, payload: str, code: str) -> None:
    with serving(ear):
        ear.say(payload)
        until(lambda: ear.of("refused"))
        ear.say('{"id": "good"}')
        until(lambda: results(ear))
    assert ([code], 1) == ([json.loads(each)["code"] for each in ear.of("refused")], len(captures(store)))


def test_an_id_used_for_another_order_is_refused(serving: Any, ear: Ear) -> None:
    with serving(ear, cameras={"door": object(), "window": object()}):
        ear.say('{"id": "a1", "camera": "door"}')
        until(lambda: results(ear))
        ear.say('{"id": "a1", "camera": "window"}')
        until(lambda: ear.of("refused"))
    assert "idempotency_key_reused" == json.loads(ear.of("refused")[0])["code"]


def test_a_retained_order_is_not_carried_out_at_every_start(serving: Any, ear: Ear, store: BookStore) -> None:
    ear.say('{"camera": "door"}', retain=True)
    with serving(ear) as client:
        until(lambda: 'outcome="retained"} 1.0' in client.get("/metrics").text)
    assert () == captures(store)


def test_without_a_detector_a_message_is_refused(serving: Any, ear: Ear) -> None:
    with serving(ear, looker=None):
        ear.say('{"id": "a1"}')
        until(lambda: ear.of("refused"))
    assert "cannot_count" == json.loads(ear.of("refused")[0])["code"]


def test_a_broker_that_comes_later_is_found_and_one_that_is_away_holds_up_nothing(serving: Any, stopped: Mosquitto) -> None:
    with serving() as client:
        assert "shelfcount_mqtt_connected 0.0" in client.get("/metrics").text
        stopped.start()
        until(lambda: "shelfcount_mqtt_connected 1.0" in client.get("/metrics").text)
        stopped.stop()
        until(lambda: "shelfcount_mqtt_connected 0.0" in client.get("/metrics").text)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the library leaves a refused socket to the GC
def test_a_broker_with_tls_is_trusted_by_its_authority_alone(build: Build, tmp_path: Path) -> None:
    needed()
    (made := tmp_path / "broker").mkdir()
    own, key = certificate(made)
    mosquitto = Mosquitto(made, (own, key)).start()
    try:
        for ca_file, connected in ((own, "1.0"), (None, "0.0")):
            broker = Broker("127.0.0.1", mosquitto.port, True, TOPIC, USER, PASSWORD, ca_file)
            with TestClient(build(broker=broker)) as client:
                told = f"shelfcount_mqtt_connected {connected}"
                if connected == "0.0":
                    threading.Event().wait(1.0)
                until(lambda client=client, told=told: told in client.get("/metrics").text)
    finally:
        mosquitto.stop()


class Summaries:
    """What a count says of itself, long enough that a message takes more than one write."""

    def ask(self, message: Message) -> Asked:
        return Asked(CountId(message.id or "-"), is_new=True)

    def summary(self, job: CountJob) -> dict[str, object]:
        return {"count": job.order.id, "rest": "x" * 3000}


def test_what_several_threads_tell_at_once_arrives_whole_while_orders_come_in(tmp_path: Path) -> None:
    needed()
    (made := tmp_path / "broker").mkdir()
    own, key = certificate(made)
    mosquitto = Mosquitto(made, (own, key)).start()
    ear = Ear(mosquitto.port, TOPIC, own)
    link = MqttLink(Broker("127.0.0.1", mosquitto.port, True, TOPIC, USER, PASSWORD, own), Summaries(), CollectorRegistry())
    writers: set[str] = set()
    link._client.on_publish = lambda *_: writers.add(threading.current_thread().name)
    try:
        link.start()
        until(lambda: ear.of("online"))
        job = CountJob(Order(CountId("c-1"), LocationId("shelf"), "door", datetime(2026, 11, 20, tzinfo=UTC)), JobState.RUNNING)

        def tell() -> None:
            for _ in range(300):
                link.tell(job)

        threads = [threading.Thread(target=tell) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(100):
            ear.say(json.dumps({"id": f"a{number}"}))
        for thread in threads:
            thread.join()
        until(lambda: len(ear.of("state")) == 900)
        assert {"c-1"} == {json.loads(payload)["count"] for payload in ear.of("state")}
        assert (1, [b"online"]) == (len(writers), ear.of("online"))
    finally:
        link.stop()
        ear.close()
        mosquitto.stop()


def test_a_broker_that_forbids_to_hear_orders_is_told(tmp_path: Path) -> None:
    needed()
    if (plugin := next(Path("/usr/lib").rglob("mosquitto_dynamic_security.so"), None)) is None:
        pytest.skip("this mosquitto has no access list for subscriptions")
    (made := tmp_path / "broker").mkdir()
    (rules := made / "rules.json").write_text(json.dumps({"defaultACLAccess": {
        "publishClientSend": True, "publishClientReceive": True, "subscribe": False, "unsubscribe": True}}))
    mosquitto = Mosquitto(made, more=f"plugin {plugin}\nplugin_opt_config_file {rules}\n").start()
    log_as("json", told := io.StringIO())
    registry = CollectorRegistry()
    link = MqttLink(Broker("127.0.0.1", mosquitto.port, False, TOPIC, USER, PASSWORD), Summaries(), registry)
    try:
        link.start()
        until(lambda: "orders_forbidden" in told.getvalue(), 5)
        assert 0 == registry.get_sample_value("shelfcount_mqtt_connected")
    finally:
        link.stop()
        mosquitto.stop()
    assert TOPIC in told.getvalue()
    assert "broker_connected" not in told.getvalue()


def test_a_server_that_is_killed_is_told_to_be_offline_and_logs_no_password(
    folder: Path, serve: Serve, ear: Ear, mosquitto: Mosquitto, tmp_path: Path
) -> None:
    (secret := tmp_path / "password").write_text(f"{PASSWORD}\n")
    settings = {"SHELFCOUNT_MQTT": mosquitto.url, "SHELFCOUNT_MQTT_TOPIC": TOPIC, "SHELFCOUNT_MQTT_USER": USER,
                "SHELFCOUNT_MQTT_PASSWORD_FILE": str(secret), "SHELFCOUNT_LOG": "json"}
    running = serve(folder, "--db", "shop.db", "--camera", "door=nowhere.mp4", **settings)
    until(lambda: b"online" in ear.of("online"))
    ear.say(json.dumps({"id": "a1"}))
    until(lambda: results(ear))
    assert ("failed", "missing") == (results(ear)[0]["state"], results(ear)[0]["failure"])
    assert b"offline" not in ear.of("online")
    running.process.kill()
    until(lambda: b"offline" in ear.of("online"))
    told = [json.loads(line) for line in (folder / "stderr").read_text().splitlines()]
    assert {"mqtt:a1"} == {line["request_id"] for line in told if line["event"].startswith("count_")}
    assert 0 == (folder / "stderr").read_text().count(PASSWORD)


@pytest.mark.parametrize(("payload", "expected"), [
    (b"", Message()), (b" PRESS\n", Message()), (b'{"id": "a1"}', Message(id="a1")), (b"{}", Message())])
def test_a_button_needs_no_json(payload: bytes, expected: Message) -> None:
    assert expected == message_of(payload)


def test_an_id_is_a_text() -> None:
    with pytest.raises(BadBody):
        message_of(b'{"id": ""}')


def test_the_broker_comes_from_the_settings(tmp_path: Path) -> None:
    (secret := tmp_path / "password").write_text("pass word\nnot this\n")
    assert broker_of(Settings(), "shop") is None
    broker = broker_of(Settings(mqtt="mqtts://broker", mqtt_user="u", mqtt_password_file=secret), "Shop 1/北")
    assert broker is not None
    assert ("broker", 8883, True, "shelfcount/Shop-1-北/count", "pass word", False) == (
        broker.host, broker.port, broker.tls, broker.topic, broker.password, "pass word" in repr(broker))


@pytest.mark.parametrize(("settings", "words"), [
    ({"mqtt": "http://broker"}, "mqtt://HOST"), ({"mqtt": "mqtt://"}, "mqtt://HOST"),
    ({"mqtt": "mqtt://broker:99999"}, "mqtt://HOST"), ({"mqtt": "mqtt://u:p@broker"}, "mqtt_password_file"),
    ({"mqtt": "mqtt://broker", "mqtt_topic": "a/#"}, "without wildcards"),
    ({"mqtt": "mqtt://broker", "mqtt_user": "u", "mqtt_password_file": Path("nowhere")}, "cannot be read"),
    ({"mqtt": "mqtts://broker", "mqtt_ca_file": Path("nowhere")}, "does not exist"),
    ({"mqtt": "mqtt://[::1"}, "mqtt://HOST"), ({"mqtt": "mqtt://broker?keepalive=5"}, "mqtt://HOST"),
    ({"mqtt": "mqtts://broker", "mqtt_ca_file": Path(__file__)}, "BEGIN CERTIFICATE"),
    ({"mqtt": "mqtt://broker", "mqtt_password_file": Path(__file__)}, "without mqtt_user"),
])
def test_settings_without_sense_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageFault, match=words):
        broker_of(Settings(**settings), None)


@pytest.mark.parametrize("mqtt", [
    "shelf:Geheim7@broker:1883", "mqtt:shelf:Geheim7@broker", "mqtt://shelf:Geheim7@broker", "mqtt://[shelf:Geheim7@broker",
    "mqtt://shelf:pa/Geheim7@broker", "mqtt://broker?password=Geheim7"])
def test_a_mistyped_broker_does_not_give_its_password_away(mqtt: str) -> None:
    with pytest.raises(UsageFault) as refused:
        broker_of(Settings(mqtt=mqtt), None)
    assert "Geheim7" not in str(refused.value)


def test_each_place_has_a_topic_of_its_own_in_any_language() -> None:
    brokers = [broker_of(Settings(mqtt="mqtt://broker"), name) for name in ("饮料架", "收银台", "Étagère 2", "a+b/#\x00c")]
    assert ["饮料架", "收银台", "Étagère-2", "a-b-c"] == [broker.topic.split("/")[1] for broker in brokers if broker]
