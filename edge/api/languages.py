"""Which of our languages a caller reads: `Accept-Language` against what we have."""

from edge.messages import Lang


def language_of(accept: str | None, otherwise: Lang) -> Lang:
    """The best-liked of zh and en in an `Accept-Language` header; `otherwise` when it names neither."""
    best: tuple[float, Lang] | None = None
    for part in (accept or "").split(","):
        tag, _, rest = part.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        if primary in set(Lang) and (weight := _weight(rest)) > 0 and (best is None or weight > best[0]):
            best = (weight, Lang(primary))
    return best[1] if best else otherwise


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
