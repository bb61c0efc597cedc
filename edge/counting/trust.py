"""How far scores are believed: the figures between a box with a cosine and an interval with a stated coverage.

`python -m scripts.fit_trust DATA --write` fits them anew to a detector and an embedder, and rewrites them here; what they
promise is measured in bench/intervals.md.
"""

from dataclasses import dataclass

FITTED_TO = "sha256:250cce4120ed22f33a7557985c2cfebe196c6a1f2630058ca483a9685d09af54"
"""The embedder whose cosines they were fitted to; another one's scores mean something else."""


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """Fitted on labelled shelf photos, each named by other photos of its fixture, and by those of other fixtures.

    A product stands where a box is with log odds of `real_at` at the operating point plus `per_score` for each unit of the
    detector's score, at most `surest`. Given a product, each SKU in question has the weight (1 - cosine) ^ -`sharpness`, with
    the cosine at most `nearest`, and "none of them" that of a SKU at the cosine `stranger_at`: what counts is by which factor
    one is nearer than another (which held-out photos bear out better than odds in the cosine itself). A SKU that leads the
    second by far is seldom a stranger's nearest: `per_lead` is the log odds of a stranger for each unit of cosine of the lead,
    up to `most_lead`. Neighbours with one answer are right or wrong together in `together` (share 0..1) of the cases, else each
    for itself. Of the facings counted, a share of `unseen` more stands there without a trace.

    `coverage` of the cells hold the truth. The model alone would leave half of the rest at each end; `tail` is what was left
    there when coverage was measured on photos that the model was not fitted on (split conformal prediction); SKUs whose every
    counted place leads the second name by `clear_lead` have the limit `clear_tail` of their own. A SKU that was
    not counted is told where it is there with odds of more than `least_odds`; odds below `negligible` are not followed up.
    """

    real_at: float = -0.2711
    per_score: float = 8.439
    surest: float = 0.998
    sharpness: float = 5.222
    nearest: float = 0.995
    stranger_at: float = 0.8146
    per_lead: float = -7.632
    most_lead: float = 0.3
    together: float = 0.7
    unseen: float = 0.0
    tail: float = 0.01041
    clear_lead: float = 0.15
    clear_tail: float = 0.2165
    least_odds: float = 0.04139
    negligible: float = 0.001
    coverage: float = 0.95
