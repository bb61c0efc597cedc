"""The list behind the figures: whatever is drawn, its errors add up to the sums that facing accuracy is made of."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.bench.facing_metrics import Answer, TrueFacing, tally
from edge.bench.matching import NONE
from edge.bench.outcomes import ERRORS, Facing, Fate, outcomes
from inventory_core.ids import ShelfId, Sku

BOX = (0.0, 0.0, 9.0, 9.0)
ENROLLED = frozenset(map(Sku, "AB"))
SHELF = ShelfId("1")
names = st.sampled_from(["A", "B", "X"])


@given(st.lists(st.tuples(st.none() | names, st.none() | st.just("?") | names), max_size=12))
def test_the_list_adds_up_to_the_figures(places: list[tuple[str | None, str | None]]) -> None:
    """A place is (what stands there or None, what was said, `?` for unknown, or None for no box)."""
    truth = [Facing(BOX, Sku(true), SHELF) for true, _ in places if true]
    found, partner, standing = [], [], 0
    for true, said in places:
        if said:
            found.append(Facing(BOX, None if said == "?" else Sku(said)))
            partner.append(standing if true else NONE)
        standing += bool(true)
    told = Counter(one.fate for one in outcomes(truth, found, np.array(partner, np.int64), ENROLLED))
    sums = tally([TrueFacing(Sku(str(one.sku)), SHELF) for one in truth], Answer(tuple(one.sku for one in found)),
                 np.array(partner, np.int64), ENROLLED)
    assert sums.missed == told[Fate.MISSED]
    assert sums.misnamed == told[Fate.MISNAMED] + told[Fate.REFUSED]
    assert sums.strangers_unknown <= told[Fate.STRANGER_RIGHT]  # a name that is not enrolled is no error and not "unknown"
    assert sums.enrolled == told[Fate.RIGHT] + told[Fate.MISSED] + told[Fate.MISNAMED] + told[Fate.REFUSED]
    assert sums.missed + sums.misnamed + sums.extra == sum(told[fate] for fate in ERRORS)


def test_every_box_needs_its_partner_or_none() -> None:
    with pytest.raises(ValueError, match="1 boxes were found, 0 were matched"):
        outcomes([], [Facing(BOX, None)], np.zeros(0, np.int64), ENROLLED)
