"""The line to an MQTT broker: takes orders for counts, tells how they go, and lets the broker say when this device is gone.

    topic            in    a count is asked for, QoS 1
    topic/state      out   each step of each count by a camera, whoever asked
    topic/result     out   how it ended; the latest is retained
    topic/refused    out   why a message was not taken
    topic/online     out   `online`, or by last will `offline`; retained
"""

import json
import threading
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge

from edge.api.broker import Broker
from edge.api.count_job import CountJob
from edge.api.mqtt_orders import Asked, Message, message_of
from edge.errors import UsageFault
from edge.logs import Correlation, about, events
from edge.messages import Lang, Translator
from inventory_core.messages import Told

_log = events("mqtt")
_KEEPALIVE_S = 30
_LONGEST_PAUSE_S = 60
_LAST_WORD_S = 1.0
"""How long the end of the server waits for the broker to take `offline`; without it the last will says so."""
_QUEUED = 200
"""Messages kept while the broker is away."""


class Orders(Protocol):
    """Who takes what is asked, and says how it goes: MqttOrders."""

    def ask(self, message: Message) -> Asked: ...

    def summary(self, job: CountJob) -> dict[str, object]: ...


class MqttLink:
    """Kept by the library's thread, which goes on trying and alone writes to the socket. Raises UsageFault
    (missing_extra) without the library."""

    def __init__(self, broker: Broker, orders: Orders, registry: CollectorRegistry) -> None:
        try:
            from paho.mqtt import client as paho  # an extra: nothing of it is loaded before it is asked for
            from paho.mqtt.enums import CallbackAPIVersion
        except ImportError as error:
            raise UsageFault("MQTT needs the library paho-mqtt, which is not installed; run: pip install 'paho-mqtt>=2.2'",
                             code="missing_extra") from error
        self._broker, self._orders = broker, orders
        self._connected = Gauge("shelfcount_mqtt_connected", "1 while the broker is connected.", registry=registry)
        self._messages = Counter("shelfcount_mqtt_orders", "Messages that asked for a count, by what became of them.",
                                 ("outcome",), registry=registry)  # fmt: skip
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"shelfcount-{uuid.uuid4().hex[:12]}",
                             clean_session=True)  # fmt: skip  # an order that waited for hours is no order any more
        if broker.user is not None:
            client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            client.tls_set(ca_certs=None if broker.ca_file is None else str(broker.ca_file))
        client.will_set(f"{broker.topic}/online", "offline", qos=1, retain=True)
        client.max_queued_messages_set(_QUEUED)
        client.reconnect_delay_set(1, _LONGEST_PAUSE_S)
        client.on_connect, client.on_disconnect, client.on_message = self._met, self._parted, self._heard
        client.on_connect_fail, client.on_subscribe, client.on_pre_connect = self._missed, self._subscribed, self._begun
        self._is_missed = False
        self._client = client
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._client.connect_async(self._broker.host, self._broker.port, _KEEPALIVE_S)
        self._client.loop_start()  # a thread of ours would have every other one write to the socket too, in between

    def stop(self) -> None:
        """Say that this device goes, and hang up."""
        with suppress(ValueError, RuntimeError):
            self._client.publish(f"{self._broker.topic}/online", "offline", qos=1, retain=True).wait_for_publish(_LAST_WORD_S)
        self._client.disconnect()
        if self._thread is not None:
            self._thread.join(_LAST_WORD_S)  # loop_stop would wait without an end

    def tell(self, job: CountJob) -> None:
        """How a count by a camera goes; never waits."""
        if job.order.camera is None:
            return
        document = json.dumps(self._orders.summary(job), ensure_ascii=False)
        self._client.publish(f"{self._broker.topic}/state", document)
        if job.ended:
            self._client.publish(f"{self._broker.topic}/result", document, qos=1, retain=True)

    def _begun(self, client: object, data: object) -> None:
        del client, data
        self._thread = threading.current_thread()

    def _met(self, client: Any, data: object, flags: object, reason: Any, properties: object) -> None:
        del data, flags, properties
        if reason.is_failure:
            self._connected.set(0)
            _log.warning("broker_refused", broker=self._broker.address, why=str(reason))
            return
        self._is_missed = False
        client.subscribe(self._broker.topic, qos=1)
        client.publish(f"{self._broker.topic}/online", "online", qos=1, retain=True)

    def _subscribed(self, client: object, data: object, number: object, reasons: Sequence[Any], properties: object) -> None:
        """Only now orders come; a broker whose access list lets this user read nothing says so here alone."""
        del client, data, number, properties
        if any(reason.is_failure for reason in reasons):
            self._connected.set(0)
            _log.warning("orders_forbidden", broker=self._broker.address, topic=self._broker.topic, user=self._broker.user,
                         mend="let this user subscribe to the topic in the broker's access list")
            return
        self._connected.set(1)
        _log.info("broker_connected", broker=self._broker.address, topic=self._broker.topic)

    def _missed(self, client: object, data: object) -> None:
        """Nobody answers there, or with a certificate that is not trusted; said once until it is found."""
        del client, data
        if not self._is_missed:
            self._is_missed = True
            _log.warning("broker_unreachable", broker=self._broker.address, tls=self._broker.tls)

    def _parted(self, client: object, data: object, flags: object, reason: Any, properties: object) -> None:
        del client, data, flags, properties
        self._connected.set(0)
        if reason.is_failure:
            _log.warning("broker_lost", broker=self._broker.address, why=str(reason))

    def _heard(self, client: Any, data: object, message: Any) -> None:
        """In the thread that keeps the line: what is raised here would end it."""
        del data
        if message.retain:  # it was meant for whoever was there then
            self._messages.labels("retained").inc()
            return
        given: str | None = None
        try:
            wanted = message_of(message.payload)
            given = wanted.id
            with about(Correlation(f"mqtt:{given}") if given else None):
                asked = self._orders.ask(wanted)
                self._messages.labels("counted" if asked.is_new else "joined").inc()
                _log.info("order_taken", count=asked.count, is_new=asked.is_new)
        except Told as refusal:
            self._messages.labels("refused").inc()
            _log.warning("order_refused", id=given, code=refusal.code)
            detail = Translator(Lang.EN).say(refusal)
            refused = json.dumps({"id": given, "code": refusal.code, "detail": detail}, ensure_ascii=False)
            client.publish(f"{self._broker.topic}/refused", refused, qos=1)
        except Exception:
            self._messages.labels("error").inc()
            _log.exception("order_broke", id=given)
