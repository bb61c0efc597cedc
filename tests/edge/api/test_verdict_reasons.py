"""What a camera could not see is told by its reason all the way: in the count, in the metrics, and in Chinese for people."""

from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from edge.counting.reasons import reason_in_words
from edge.messages import Lang, Translator
from inventory_core.counts import Capture, CaptureStatus
from tests.edge.api.conftest import PEDIGREE, Build, Shop

VERDICTS = ("dark", "bright", "blank", "blurred", "colour_cast", "flicker", "smeared", "torn", "frozen", "blocked", "moved",
            "wrong_camera", "cannot_tell", "unsettled", "nothing_found", "no_answer", "too_small")


@dataclass
class BlindLooker:
    """A Looker that never sees anything, for one reason."""

    reason: str

    def look(self, order: Any, picture: bytes | None, taken: Any = lambda: None) -> Capture:
        return Capture(order.id, order.location, order.requested_at, CaptureStatus.CANNOT_SEE, (self.reason,), (), (), 0.0,
                       PEDIGREE)


@pytest.mark.parametrize("reason", ["torn", "smeared"])
def test_a_verdict_is_stored_and_counted_by_its_reason(build: Build, reason: str) -> None:
    with TestClient(build(looker=BlindLooker(reason))) as client:
        shop = Shop(client)
        asked = shop.post("/v2/counts", {"location": "shelf-1", "camera": "door"})
        count = shop.wait(asked.headers["Location"])
        assert ("cannot_see", [reason]) == (count["status"], count["reasons"])
        metrics = shop.get("/metrics").text
    assert f'shelfcount_verdicts_total{{camera="door",reason="{reason}"}} 1.0' in metrics
    assert 'shelfcount_abstentions_total{camera="door"} 1.0' in metrics


@pytest.mark.parametrize("reason", VERDICTS)
def test_a_verdict_is_told_in_both_languages(reason: str) -> None:
    english, chinese = (Translator(lang).say(reason_in_words(reason)) for lang in (Lang.EN, Lang.ZH))
    assert chinese not in {english, reason}
