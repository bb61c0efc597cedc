"""`shelfcount model`: which model files this release has, whether they are whole, and (later) swapping them."""

from typing import Annotated

import typer

from edge.cli.app import app
from edge.cli.console import out
from edge.errors import CheckFailed, NotYet
from inventory_core.messages import tell
from models.errors import BadModelFile
from models.manifest import load_manifest, verify

model_app = typer.Typer(name="model", no_args_is_help=True, help="The model files of this release.")
app.add_typer(model_app)

_ROLES = {"detector": tell("detector"), "embedder": tell("embedder"), "label_finder": tell("label finder")}


@model_app.command("list")
def list_models() -> None:
    """Every model file with its role, licence, size and fingerprint."""
    for file in load_manifest().files:
        out().say(tell("{role}: {name}, {file}, {mb} MB, {licence}, {fingerprint}, {card}", role=_ROLES[file.role],
                       name=file.name, file=file.path.name, mb=f"{file.size_bytes / 1e6:.1f}", licence=file.licence,
                       fingerprint=file.fingerprint, card=f"models/cards/{file.card.name}"))  # fmt: skip


@model_app.command("verify")
def verify_models() -> None:
    """Hash every model file and compare it with the manifest."""
    wrong = 0
    manifest = load_manifest()
    for file in manifest.files:
        try:
            verify(file)
            out().say(tell("{file}: as in the manifest", file=file.path.name))
        except BadModelFile as error:
            out().warn(error)
            wrong += 1
    if wrong:
        raise CheckFailed("{wrong} of {files} model files differ from the manifest; restore them from the release",
                          wrong=wrong, files=len(manifest.files))  # fmt: skip


@model_app.command("use")
def use(name: Annotated[str, typer.Argument(metavar="FILE")]) -> None:
    """Swap a model file (not in this release)."""
    raise NotYet("`shelfcount model use {name}` comes with model swapping in a later release; until then name a file in "
                 "`shelfcount bench accuracy --detector`", name=name)  # fmt: skip


@model_app.command("rollback")
def rollback() -> None:
    """Go back to the model file before (not in this release)."""
    raise NotYet("`shelfcount model rollback` comes with model swapping in a later release; the shipped files are the "
                 "only ones now")  # fmt: skip
