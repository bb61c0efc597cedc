"""`shelfcount model`: which model files are in use, whether they are whole and see, and swapping them."""

from pathlib import Path
from typing import Annotated

import typer

from edge.cli.app import app
from edge.cli.console import out
from edge.cli.model_words import ROLES, listed, pinned_by, role_named, rows_of
from edge.clock import SystemClock
from edge.errors import CheckFailed, ExitCode
from edge.settings import Settings, load_settings
from inventory_core.messages import Told, tell
from models.card_file import require_kept
from models.choice import ModelChoice, read_choice
from models.gallery_file import read_state
from models.golden import GoldenSet, Verdict, load_golden_set
from models.manifest import ModelFile, Role, verify
from models.swapping import examine, go_back, take_into_use
from models.tuning import usable_tuning

model_app = typer.Typer(name="model", no_args_is_help=True, help="The model files of this device.")
app.add_typer(model_app)

Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
RoleOption = Annotated[str | None, typer.Option(
    "--role", metavar="ROLE", help="detector, embedder, label_finder or person_finder.")]


@model_app.command("list")
def list_models(json: Json = False) -> None:
    """Every model file with its role, licence, size, fingerprint and card, and which of them is in use."""
    choice, speak = read_choice(load_settings().models), out()
    rows = rows_of(choice)
    if json:
        speak.json({"schema": "shelfcount.model-list/1", "folder": str(choice.folder),
                    "models": [row.document() for row in rows]})
        return
    for row in rows:
        speak.say(row.told())


@model_app.command("verify")
def verify_models(json: Json = False) -> int:
    """Hash every model file, and show those in use the golden set; ends with 1 where one is not right."""
    settings, speak = load_settings(), out()
    choice = read_choice(settings.models)
    files = [(file, _fault(file)) for file in (*pinned_by(choice.shipped), *choice.kept())]
    verdicts = _verdicts(choice, load_golden_set(), settings)
    wrong = sum(fault is not None for _, fault in files) + sum(not verdict.holds for verdict in verdicts)
    if json:
        speak.json({
            "schema": "shelfcount.model-verify/1", "good": wrong == 0,
            "files": [{**listed(file), "good": fault is None, "why": fault and speak.tr.say(fault)} for file, fault in files],
            "golden": [{"role": verdict.role, "fingerprint": verdict.fingerprint, "good": verdict.holds,
                        "why": speak.tr.say(verdict.told)} for verdict in verdicts],
        })  # fmt: skip
        return ExitCode.CHECK_FAILED if wrong else ExitCode.DONE
    for file, fault in files:
        if fault is None:
            speak.say(tell("{file}: as in the manifest", file=file.path.name) if file.is_shipped
                      else tell("{file}: as it was taken into use", file=file.path.name))
        else:
            speak.warn(fault)
    for verdict in verdicts:
        if verdict.holds:
            speak.say(tell("{role}, golden set: {told}", role=ROLES[verdict.role], told=verdict.told))
        else:
            speak.warn(tell("{role} FAILS the golden set: {told}", role=ROLES[verdict.role], told=verdict.told))
    if wrong:
        raise CheckFailed("{wrong} checks of model files failed, see above; `shelfcount model rollback` goes back to the file "
                          "before, and the release has its own", wrong=wrong)
    return ExitCode.DONE


@model_app.command("use")
def use(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The network (ONNX).")],
    role: RoleOption = None,
    card: Annotated[Path | None, typer.Option(metavar="FILE", help="Its model card; else the .md beside it.")] = None,
) -> None:
    """Take a model file into use, once its card is whole, it opens in its role and it passes the golden set."""
    settings, speak = load_settings(), out()
    taken = take_into_use(settings.models, file, role=role_named(role), card=card, at=SystemClock().now(),
                          threads=settings.threads)
    about = taken.file.role
    speak.say(tell("{role}, golden set: {told}", role=ROLES[about], told=taken.verdict.told))
    if taken.was_in_use:
        speak.say(tell("{name} is the {role} in use already", name=taken.file.name, role=ROLES[about]))
        return
    speak.say(tell("{name} is the {role} now, in place of {before}; `shelfcount model rollback` goes back",
                   name=taken.file.name, role=ROLES[about], before=taken.before.name))
    _tell_what_follows(settings, about, taken.file)


@model_app.command("rollback")
def rollback(
    role: RoleOption = None,
    shipped: Annotated[bool, typer.Option("--shipped", help="All the way back to the release's file.")] = False,
) -> None:
    """Go back to the model file before: of the role switched last, or of --role."""
    settings, speak = load_settings(), out()
    back = go_back(settings.models, role_named(role), at=SystemClock().now(), to_shipped=shipped, threads=settings.threads)
    speak.say(tell("{name} is the {role} again, in place of {before}", name=back.file.name, role=ROLES[back.file.role],
                   before=back.before.name))
    if not back.verdict.holds:
        speak.warn(tell("{role} FAILS the golden set: {told}", role=ROLES[back.file.role], told=back.verdict.told))
    _tell_what_follows(settings, back.file.role, back.file)


def _tell_what_follows(settings: Settings, role: Role, file: ModelFile) -> None:
    """A server keeps what it has opened; a gallery belongs to the embedder that made it."""
    speak = out()
    speak.say(tell("commands use it from now on; a server that is running does after a restart"))
    folder = settings.gallery
    state = read_state(folder) if role == "embedder" and folder is not None else None
    if state is not None and state.embedder != file.fingerprint:
        speak.warn(tell("gallery {folder} was made with another embedder and names nothing until its vectors are made again: "
                        "`shelfcount gallery reembed --gallery {folder}`", folder=folder))
    elif role == "embedder" and folder is None:
        speak.warn(tell("galleries belong to the embedder that made them: `shelfcount gallery reembed --gallery DIR` makes the "
                        "vectors of one again"))


def _fault(file: ModelFile) -> Told | None:
    """Why the file or its card is not what was pinned."""
    try:
        verify(file)
        if not file.is_shipped:
            require_kept(file.card)
    except Told as error:
        return error
    return None


def _verdicts(choice: ModelChoice, golden: GoldenSet, settings: Settings) -> list[Verdict]:
    files, tuning = choice.files(), usable_tuning(settings.models)
    verdicts = []
    for file in files.files:
        try:
            verdicts.append(examine(files, file.role, golden, settings.threads, tuning))
        except Told as error:
            verdicts.append(Verdict(file.role, file.fingerprint, False, error.message))
    return verdicts
