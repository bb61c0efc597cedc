"""Which kept pictures go: those that are too old, and the oldest where they take too much room. Pure: what it is given decides.
The ledger, the counts and the discrepancies stay whatever goes.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from edge.counting.evidence import KeptPicture
from inventory_core.errors import BadValue

DAY_S = 86_400.0
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Retention:
    """`days`: a picture that is older goes, whatever it shows. `most_mb`: where all together take more, the oldest go until
    they do not, evidence of open discrepancies and undecided adjustments last. Raises BadValue."""

    days: float = 30.0
    most_mb: float = 2_000.0

    def __post_init__(self) -> None:
        if self.days <= 0 or self.most_mb <= 0:
            raise BadValue("pictures are kept for more than 0 days and in more than 0 MB, got {days} days and {mb} MB",
                           days=self.days, mb=self.most_mb)


def to_go(kept: Sequence[KeptPicture], now_s: float, policy: Retention, needed: Collection[str]) -> tuple[str, ...]:
    """Names of the pictures that go, in the order in which they do. `now_s`: since the epoch; `needed`: names that go last.

    Pictures that a clock which ran ahead has dated to the future are as old as now.
    """
    old = [one for one in kept if now_s - one.kept_at_s > policy.days * DAY_S]
    gone = {one.name for one in old}
    stay = sorted((one for one in kept if one.name not in gone), key=lambda one: (one.name in needed, one.kept_at_s, one.name))
    over = sum(one.size_bytes for one in stay) - policy.most_mb * MB
    names = [one.name for one in old]
    for one in stay:
        if over <= 0:
            break
        names.append(one.name)
        over -= one.size_bytes
    return tuple(names)
