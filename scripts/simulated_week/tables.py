"""The week's figures as Markdown."""

from collections import Counter
from collections.abc import Mapping, Sequence

from inventory_core.counts import CaptureStatus
from scripts.simulated_week.conditions import EXPECTED, Severity
from scripts.simulated_week.judge import BARS, MOST_GOOD_REFUSED, Look, Wrong, judge, wrongs_of
from scripts.simulated_week.leaks import MOST_GROWTH, Growth

_PUBLISHED = ("counted", "partly")


def bars(looks: Sequence[Look], rounds: int, least: int, crashes: int, growths: Mapping[str, Growth]) -> str:
    """What was asked, what came of it, and whether it holds; `least` rounds were asked for."""
    verdict = judge(looks)
    published = sum(look.published for look in looks)
    rows = [
        ("rounds that were due", f"{least:,} at least", f"{rounds:,}", rounds >= least),
        ("answers, tries of a round included; published of these", "-", f"{len(looks):,}; {published:,}", None),
        *((_SAYS[kind], "0", f"{verdict.wrong[kind]}", not verdict.wrong[kind]) for kind in BARS),
        (_SAYS[Wrong.GOOD_REFUSED], f"{MOST_GOOD_REFUSED:.0%} at most",
         f"{verdict.wrong[Wrong.GOOD_REFUSED]} of {verdict.good:,} ({verdict.good_refused:.1%})",
         verdict.good_refused <= MOST_GOOD_REFUSED),
        *((_SAYS[kind], "-", f"{verdict.wrong[kind]}", None) for kind in (Wrong.FEWER_IN_PARTLY, Wrong.OFF_WHEN_CLEAR)),
        ("crashes, and failures that nobody should see", "0", f"{crashes}", not crashes),
        *_grown(growths),
    ]
    says = {None: "", True: "yes", False: "**no**"}
    lines = [f"| {what} | {bar} | {figure} | {says[held]} |" for what, bar, figure, held in rows]
    return "\n".join(["| what | bar | figure | held |", "| --- | --- | --- | --- |", *lines])


_SAYS = {
    Wrong.INVALID_PUBLISHED: "counts published from a view that had to be refused",
    Wrong.WRONG_COUNT: "wrong counts published from a mildly spoilt view",
    Wrong.FALSE_SHORTAGE: "fewer facings told of a shelf covered by 20 % or more, in a `counted` answer (a false shortage)",
    Wrong.FEWER_IN_PARTLY: "the same in a `partly` answer, from which no shortage follows",
    Wrong.UNTRACED: "published without picture, model, calibration or camera",
    Wrong.OLD: "published with a picture older than 15 s, or from the future",
    Wrong.OFF_WHEN_CLEAR: "clear views counted otherwise than the same goods seen afresh",
    Wrong.GOOD_REFUSED: "clear views refused",
}


def _grown(growths: Mapping[str, Growth]) -> list[tuple[str, str, str, bool | None]]:
    rows: list[tuple[str, str, str, bool | None]] = []
    for name, grown in growths.items():
        a, b = grown.before, grown.after
        rows.append((f"{name}: resident memory after the first tenth and at the end", f"+{MOST_GROWTH:.0%} at most",
                     f"{a.memory_kib / 1024:.0f} -> {b.memory_kib / 1024:.0f} MiB ({grown.memory:+.1%})",
                     grown.memory <= MOST_GROWTH))
        rows.append((f"{name}: open files, threads, temporary files", "+0",
                     f"{a.files} -> {b.files}, {a.threads} -> {b.threads}, {a.temporary} -> {b.temporary}", grown.handles == 0))
    return rows


def confusion(looks: Sequence[Look]) -> str:
    """What was planted and what was answered; answers of mixed bursts are left out."""
    told: dict[tuple[str, str], Counter[str]] = {}
    wrong: Counter[tuple[str, str]] = Counter()
    for look in looks:
        if look.mixed:
            continue
        row = (look.condition.kind, str(look.condition.severity))
        told.setdefault(row, Counter())[_outcome(look)] += 1
        wrong[row] += any(kind in BARS or kind is Wrong.GOOD_REFUSED for kind in wrongs_of(look))
    lines = []
    for row in sorted(told):
        answers = told[row]
        refused = sum(times for answer, times in answers.items() if answer not in _PUBLISHED)
        rightly = sum(times for answer, times in answers.items() if answer in EXPECTED.get(row[0], frozenset()))
        others = ", ".join(f"{answer} {times}" for answer, times in answers.most_common() if answer not in _PUBLISHED)
        named = f"{rightly} of {refused}" if refused and row[1] != Severity.VALID else ""
        cells = (*row, answers.total(), answers["counted"], answers["partly"], others, named, wrong[row])
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    head = ["| planted | must be | answers | counted | partly | refused, by first reason | reason names it | wrong |",
            "|" + " --- |" * 8]
    return "\n".join([*head, *lines])


def _outcome(look: Look) -> str:
    if look.capture.status is not CaptureStatus.CANNOT_SEE:
        return look.capture.status.value
    return look.capture.reasons[0] if look.capture.reasons else "no reason"


def ages(looks: Sequence[Look]) -> str:
    """How old the pictures of published counts were when they were stored."""
    values = sorted(look.age_s for look in looks if look.published)
    if not values:
        return "nothing was published"
    return f"{values[len(values) // 2]:.1f} s (median), {values[-1]:.1f} s (most)"
