"""The accuracy table for people, in the language chosen: one line per figure with its interval."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from edge.bench.bootstrap import Interval
from edge.bench.bursts import BurstFigures
from edge.bench.compare import Difference, Run, Verdict
from edge.bench.results import Accuracy, PictureResult
from edge.messages import Translator
from inventory_core.messages import Message, tell

SHARE, PLAIN, SCORE = "share", "plain", "score"

DETECTION = {
    "ap50": (tell("AP at IoU .50"), SHARE),
    "ap75": (tell("AP at IoU .75"), SHARE),
    "ap": (tell("AP over IoU .50 to .95"), SHARE),
    "best_f1": (tell("best F1"), SHARE),
    "best_f1_score": (tell("threshold of the best F1"), SCORE),
    "recall": (tell("recall at the operating point"), SHARE),
    "precision": (tell("precision at the operating point"), SHARE),
    "count_mae": (tell("count error per picture, facings"), PLAIN),
    "count_wape": (tell("count error, share of the true count"), SHARE),
}
IDENTITY = {
    "known": (tell("facings of enrolled products"), PLAIN),
    "top1": (tell("right name is the first"), SHARE),
    "top5": (tell("right name is among the first five"), SHARE),
    "unknown_auroc": (tell("enrolled told from others (AUROC)"), SCORE),
    "unknown_rejected_at_95_known": (tell("others refused while 95 % of the enrolled are kept"), SHARE),
}
FACINGS = {
    "enrolled": (tell("facings of enrolled products"), PLAIN),
    "accuracy": (tell("facing accuracy: missed, misnamed and extra all count against it"), SHARE),
    "missed": (tell("missed"), PLAIN),
    "misnamed": (tell("misnamed"), PLAIN),
    "extra": (tell("extra"), PLAIN),
    "unknown_right": (tell("other products found and answered unknown"), SHARE),
    "exact_sku_shelf": (tell("counts per product and shelf exactly right"), SHARE),
    "cacc": (tell("pictures with every count right"), SHARE),
    "mae": (tell("count error per product and shelf, facings"), PLAIN),
    "wape": (tell("count error per product and shelf, share of the true count"), SHARE),
    "abstained": (tell("counts that it refused to give"), SHARE),
    "coverage_95": (tell("true counts inside the 95 % range"), SHARE),
    "width_mean": (tell("width of the range, facings"), PLAIN),
}
Rows = Mapping[str, tuple[Message, str]]


def figure(value: float | None, kind: str) -> str:
    """`-` where the figure has no meaning."""
    if value is None:
        return "-"
    if kind == SHARE:
        return f"{100 * value:.1f} %"
    if kind == SCORE:
        return f"{value:.3f}"
    return f"{value:d}" if isinstance(value, int) else f"{value:.2f}"


def accuracy_table(result: Accuracy, tr: Translator) -> Table:
    """Every figure of the run."""
    facts = result.facts
    name = tr("{name} (synthetic)", name=facts.name) if facts.synthetic else facts.name
    title = tr("{name}: {images} pictures, {facings} facings, operating point {score}", name=name,
               images=len(result.pictures), facings=sum(picture.facings for picture in result.pictures),
               score=f"{result.at_score:.2f}")
    table = Table(title=title, title_justify="left")
    table.add_column(tr("figure"))
    table.add_column(tr("value"), justify="right")
    table.add_column(tr("95 % interval"), justify="right")
    for part, heading, rows, figures in (
        ("detection", tell("Boxes, whatever their name"), DETECTION, result.detection),
        ("identity", tell("Names on the true boxes"), IDENTITY, result.identity),
        ("facings", tell("End to end"), FACINGS, result.facings),
    ):
        if figures is None:
            continue
        table.add_section()
        table.add_row(f"[bold]{tr.say(heading)}[/bold]")
        for key, (label, kind) in rows.items():
            value = getattr(figures, key)
            table.add_row("  " + tr.say(label), figure(value, kind), spread(result.intervals.get(f"{part}.{key}"), kind))
    return table


def spread(interval: Interval | None, kind: str) -> str:
    return f"{figure(interval.low, kind)} .. {figure(interval.high, kind)}" if interval else ""


def picture_table(result: Accuracy, tr: Translator) -> Table:
    """One line per picture; `*` marks one that a model was trained on, `+` one that the gallery was cut from."""
    table = Table()
    columns = [tell("picture"), tell("facings"), tell("found")]
    named = [tell("enrolled"), tell("missed"), tell("misnamed"), tell("extra")] if result.facings else []
    for column in (*columns, *named):
        table.add_column(tr.say(column), justify="left" if not table.columns else "right")
    for picture in result.pictures:
        end = picture.tally
        counted = () if end is None else (end.enrolled, end.missed, end.misnamed, end.extra)
        found = int((picture.judged.score >= result.at_score).sum())
        table.add_row(_marked(picture), *(str(number) for number in (picture.facings, found, *counted)))
    return table


def _marked(picture: PictureResult) -> str:
    return picture.name + (" *" if picture.trained_on else "") + (" +" if picture.in_gallery else "")


def remarks(result: Accuracy) -> list[Message]:
    """What a reader must know before quoting the figures."""
    facts, said = result.facts, []
    if trained_on := sum(picture.trained_on for picture in result.pictures):
        said.append(tell("{n} of these pictures (*) were used to train a model at work: the figures flatter it", n=trained_on))
    if cut := sum(picture.in_gallery for picture in result.pictures):
        said.append(tell("the gallery was enrolled from {n} of these pictures (+): their names are known too well", n=cut))
    if facts.shelves == "rows":
        said.append(tell("shelves: rows found on the true boxes, because the set names none"))
    if facts.doubtful:
        said.append(tell("{n} facings carry a doubtful name (it begins with __) and count as not enrolled", n=facts.doubtful))
    if facts.synthetic:
        said.append(tell("this set is synthetic: its figures are never part of a headline"))
    used = (result.pedigree.detector, result.pedigree.embedder) if result.pedigree else ()
    foreign = [model for model in used if model and not model.in_manifest]
    said += [tell("model {fingerprint} is not one of this release", fingerprint=model.fingerprint) for model in foreign]
    return said


def burst_table(figures: BurstFigures, tr: Translator) -> Table:
    """Bursts beside their frames alone, and the difference with its paired interval."""
    table = Table(title=tr("bursts of {n} frames against each of these frames alone", n=figures.frames), title_justify="left")
    for column in (tell("figure"), tell("bursts"), tell("single frames"), tell("difference, 95 % interval")):
        table.add_column(tr.say(column), justify="left" if not table.columns else "right")
    for key, value in figures.difference.items():
        label, kind = FACINGS[key]
        table.add_row(tr.say(label), figure(getattr(figures.burst, key), kind), figure(getattr(figures.single, key), kind),
                      f"{figure(value, kind)} ({spread(figures.interval.get(key), kind)})")
    return table


VERDICTS = {
    Verdict.CLEARLY_BETTER: tell("clearly better"),
    Verdict.NO_CLEAR_DIFFERENCE: tell("no clear difference"),
    Verdict.CLEARLY_WORSE: tell("clearly worse"),
}
COMPARED_LABELS = {
    **{key: DETECTION[key] for key in ("ap50", "ap75", "ap", "best_f1", "count_wape")},
    "count_wape_at_best": (tell("count error at each side's best F1, share of the true count"), SHARE),
    **{key: IDENTITY[key] for key in ("top1", "top5", "unknown_auroc")},
    **{key: FACINGS[key] for key in ("accuracy", "unknown_right", "exact_sku_shelf", "wape")},
}


def compare_table(ours: Run, theirs: Run, rows: Sequence[Difference], tr: Translator) -> Table:
    """Both sides, their difference with its paired interval, and what that says."""
    table = Table(title=tr("{ours} against {theirs}, {images} pictures", ours=ours.name, theirs=theirs.name,
                           images=len(ours.pictures)), title_justify="left")
    for column in (tell("figure"), tell("ours"), tell("theirs"), tell("difference, 95 % interval"), tell("verdict")):
        table.add_column(tr.say(column), justify="left" if not table.columns else "right")
    for row in rows:
        label, kind = COMPARED_LABELS[row.figure]
        table.add_row(tr.say(label), figure(row.ours, kind), figure(row.theirs, kind), spread(row.interval, kind),
                      tr.say(VERDICTS[row.verdict]))
    return table
