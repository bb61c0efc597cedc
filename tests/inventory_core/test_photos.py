"""The verdict about an adjustment's photo: what proves, what only nobody could look at, what is no confidence at all."""

import pytest

from inventory_core.errors import BadValue
from inventory_core.photos import NOT_LOOKED_AT, FixedJudge, NoJudge, PhotoJudge, PhotoVerdict


def seen(label: bool | None, product: bool | None) -> PhotoVerdict:
    return PhotoVerdict(label, 0.5, product, 0.5, "sha256:eye")


@pytest.mark.parametrize("label", [True, False, None])
@pytest.mark.parametrize("product", [True, False, None])
def test_only_label_and_product_together_prove(label: bool | None, product: bool | None) -> None:
    assert (label is True and product is True) == seen(label, product).proves


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0, None])
def test_a_confidence_is_a_share_or_nothing(share: float | None) -> None:
    verdict = PhotoVerdict(True, share, True, share, None)

    assert (share, share) == (verdict.label_confidence, verdict.product_confidence)


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan")])
def test_a_confidence_that_is_no_share_is_refused(share: float) -> None:
    for label, product in ((share, 0.5), (0.5, share)):
        with pytest.raises(BadValue, match="a confidence is a share from 0 to 1"):
            PhotoVerdict(True, label, True, product, None)


def test_without_an_eye_nobody_has_looked() -> None:
    judge: PhotoJudge = NoJudge()

    assert NOT_LOOKED_AT == judge.judge(b"a photo") == PhotoVerdict(None, None, None, None, None)
    assert not NOT_LOOKED_AT.proves


def test_a_fixed_judge_says_the_same_of_every_photo() -> None:
    judge: PhotoJudge = FixedJudge(seen(True, False))

    assert [seen(True, False)] * 2 == [judge.judge(b"a photo"), judge.judge(b"another")]
