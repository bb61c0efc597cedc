"""Several accuracy documents as one set: folds whose pictures were each measured by a network that never saw them."""

from collections.abc import Sequence
from pathlib import Path

from edge.bench.bootstrap import BootstrapPolicy, intervals
from edge.bench.detection_metrics import measure
from edge.bench.read_document import read_parts
from edge.bench.results import Accuracy, bursts_of, facings_of, figures_of, identity_of


def pool(files: Sequence[Path], name: str, policy: BootstrapPolicy = BootstrapPolicy()) -> Accuracy:
    """Every figure over all pictures of the documents, AP by our own sums. Raises UsageFault, see `read_parts`."""
    parts = read_parts(files, name)
    pictures, at_score = parts.pictures, parts.at_score
    return Accuracy(
        parts.facts, pictures, at_score, measure([picture.judged for picture in pictures], at_score),
        identity_of(pictures), facings_of(pictures),
        intervals(len(pictures), lambda draw: figures_of([pictures[index] for index in draw], at_score), policy),
        None, bursts_of(pictures, policy),
    )
