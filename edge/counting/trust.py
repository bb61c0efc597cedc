"""How far scores are believed: the figures between a box with a cosine and an interval with a stated coverage.

`python -m scripts.fit_trust DATA --write` fits them anew to a detector and an embedder, and rewrites them here; what they
promise is measured in bench/intervals.md.
"""

from dataclasses import dataclass

FITTED_TO = "sha256:073418881e9e1202af6d450fb6b05dbd3067977c060eb1a10ca4467a353f203a"
"""The embedder whose cosines they were fitted to; another one's scores mean something else."""


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """Fitted on labelled shelf photos, each named by other photos of its fixture, and by those of other fixtures.

    A product stands where a box is with log odds of `real_at` at the operating point plus `per_score` for each unit of the
    detector's score, at most `surest`. Given a product, each SKU in question has the weight (1 - cosine) ^ -`sharpness`, with
    the cosine at most `nearest`, and "none of them" that of a SKU at the cosine `stranger_at`: what counts is by which factor
    one is nearer than another (which held-out photos bear out better than odds in the cosine itself). Neighbours with one
    answer are right or wrong together in `together` (share 0..1) of the cases, else each for itself. Of the facings counted,
    a share of `unseen` more stands there without a trace.

    `coverage` of the cells hold the truth. The model alone would leave half of the rest at each end; `tail` is what was left
    there when coverage was measured on photos that the model was not fitted on (split conformal prediction). A SKU that was
    not counted is told where it is there with odds of more than `least_odds`; odds below `negligible` are not followed up.
    """

    real_at: float = -0.2738
    per_score: float = 8.137
    surest: float = 0.998
    sharpness: float = 6.952
    nearest: float = 0.995
    stranger_at: float = 0.7902
    together: float = 0.85
    unseen: float = 0.005
    tail: float = 0.02417
    least_odds: float = 0.03916
    negligible: float = 0.001
    coverage: float = 0.95
