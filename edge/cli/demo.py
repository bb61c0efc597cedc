"""`shelfcount demo`: a trading day of the shipped bakery, played through the real loop and held against its book."""

import shutil
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from edge.api.cameras import NamedCamera
from edge.bootstrap import model_files, open_eye
from edge.capture.replay import ReplayCamera
from edge.cli.app import app
from edge.cli.book_tables import report_table
from edge.cli.console import Out, out
from edge.cli.progress import ticking
from edge.cli.serve import serve_until_stopped
from edge.clock import SimulatedClock, SystemClock
from edge.counting.evidence import Evidence, folder_of
from edge.counting.masking import NobodyThere
from edge.demo.day import read_true_day
from edge.demo.play import BEFORE_OPENING, Played, furnish, play
from edge.demo.playwright import SHIPPED_SEED, Script, write_day
from edge.demo.stage import CAMERA, ZONE, Stage, open_stage
from edge.demo.verdict import Verdict, judge
from edge.errors import CheckFailed, ExitCode
from edge.messages import Translator
from edge.report.cards import gather, page_of
from edge.report.page import render
from edge.report.words import CAUSES
from edge.settings import Settings, load_settings
from inventory_core.discrepancies import CauseKind
from inventory_core.messages import tell
from inventory_core.store.sql_book import open_book
from models.embedder import open_embedder
from models.gallery import open_gallery

DEMO_PORT = 8000
OUT = Path("demo-out")


@app.command("demo")
def demo(
    seed: Annotated[int, typer.Option(help="Another day from the same pictures, with other planted errors.")] = SHIPPED_SEED,
    out_dir: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the book and the report.")] = OUT,
    serve: Annotated[bool, typer.Option("--serve", help="Keep the API up on the demo's book afterwards.")] = False,
) -> int:
    """Play the demo day: camera, counts, book, reconcile, report; exit 0 when exactly the planted errors were found."""
    speak = Out(Translator(out().tr.lang, ZONE))  # the bakery's own time
    settings = load_settings(db=str(out_dir / "demo.db"), gallery=out_dir / "gallery", location="bakery-bay")
    stage, day = open_stage(), read_true_day()
    script = write_day(day, seed)
    _clear(out_dir)
    speak.say(tell("a day of the demo bakery: {frames} pictures, {postings} postings, seed {seed}", frames=len(stage.frames),
                   postings=len(script.postings), seed=seed))
    played = _play(stage, script, settings, speak, out_dir)
    verdict = judge(played.report, script.planted)
    _tell(verdict, script, played, speak)
    speak.say(tell("report: {path}", path=out_dir / "report.html"))
    if serve:
        _serve(stage, settings)
    if not verdict.holds:
        raise CheckFailed("the demo found other things than were planted; the table above and {path} show which",
                          path=out_dir / "report.html")
    return int(ExitCode.DONE)


def _clear(folder: Path) -> None:
    """A fresh book and gallery; nothing else in the folder is touched."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("demo.db", "demo.db-wal", "demo.db-shm", "report.html"):
        (folder / name).unlink(missing_ok=True)
    if (folder / "gallery" / "gallery.json").exists():
        shutil.rmtree(folder / "gallery")
    shutil.rmtree(folder_of(str(folder / "demo.db")), ignore_errors=True)


def _play(stage: Stage, script: Script, settings: Settings, speak: Out, folder: Path) -> Played:
    store = open_book(settings.db)
    try:
        embedder = open_embedder(threads=settings.threads, files=model_files(settings))
        gallery = open_gallery(folder / "gallery", embedder.fingerprint, create=True)
        furnish(stage, store, gallery, embedder, settings)
        clock = SimulatedClock(stage.opens_at - BEFORE_OPENING)
        camera = ReplayCamera(stage.frames, clock, name=CAMERA)
        with ticking(len(stage.frames), speak, tell("looking at the shelf")) as tick:
            played = play(stage, store, open_eye(settings, folder / "gallery"), camera, clock, script.postings,
                          Evidence.of_book(settings.db, NobodyThere()), tick)
        with store.read() as book:
            material = gather(book, played.report, played.looks, tell("Demo bakery: book and shelf"), ZONE)
        (folder / "report.html").write_text(render(page_of(material, speak.tr), speak.tr), encoding="utf-8")
        return played
    finally:
        store.close()


def _tell(verdict: Verdict, script: Script, played: Played, speak: Out) -> None:
    speak.table_console().print(report_table(played.report, speak.tr))
    report = played.report
    speak.say(tell("{looks} looks, {unseen} of them could not see; {judged} places judged, {agreed} agree, {open} to settle",
                   looks=report.looks, unseen=len(report.unseen), judged=report.judged, agreed=report.agreed,
                   open=len(report.open())))
    for plan in script.planted:
        what = {"cause": CAUSES[CauseKind(plan.kind)], "skus": ", ".join(sorted(sku for sku, _ in plan.findings)),
                "units": plan.units}
        if plan.findings <= verdict.found:
            speak.say(tell("planted and found: {cause}, {skus}, {units} units", **what))
        else:
            speak.say(tell("planted and NOT found: {cause}, {skus}, {units} units", **what))
    for sku, name in sorted(verdict.invented, key=str):
        speak.say(tell("not planted, but reported: {name}, {sku}", name=name, sku=sku or "?"))


def _serve(stage: Stage, settings: Settings) -> None:
    """The API on the demo's book; its camera shows the last picture before the lights went out."""
    clock = SystemClock()
    camera = NamedCamera(partial(ReplayCamera, stage.frames[:-1], clock, name=CAMERA), clock)
    serve_until_stopped(settings, {CAMERA: camera}, "127.0.0.1", DEMO_PORT)
