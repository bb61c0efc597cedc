"""The self-contained HTML report: one file, no script, no network; pictures and charts are inside it."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from edge.messages import Translator
from inventory_core.messages import Message


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A JPEG that shows something, with a sentence that says what."""

    jpeg: bytes
    caption: Message

    @property
    def data_uri(self) -> str:
        return "data:image/jpeg;base64," + base64.b64encode(self.jpeg).decode("ascii")


@dataclass(frozen=True, slots=True)
class Figure:
    """One large number of the head line."""

    value: str
    label: Message


@dataclass(frozen=True, slots=True, eq=False)
class FindingCard:
    """One discrepancy as a person reads it."""

    id: str
    sku: str
    name: str
    tone: str
    headline: Message
    facts: tuple[tuple[Message, Message], ...]
    causes: tuple[Message, ...]
    action: Message
    chart: Markup
    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class BlindMoment:
    """A capture that could not see, and why."""

    at: datetime
    reasons: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product at the last look: `verdict` is a sentence."""

    sku: str
    name: str
    shelves: str
    facings: str
    units: str
    book: int
    verdict: Message
    tone: str


@dataclass(frozen=True, slots=True, eq=False)
class ReportPage:
    """All that the report shows; times are shown in `zone`."""

    title: Message
    subtitle: Message
    zone: ZoneInfo
    figures: tuple[Figure, ...]
    cards: tuple[FindingCard, ...]
    blind: tuple[BlindMoment, ...]
    products: tuple[ProductRow, ...]
    overview: tuple[Picture, ...]
    pedigree: tuple[tuple[Message, str], ...]
    notes: Sequence[Message] = ()


def render(page: ReportPage, tr: Translator) -> str:
    """The page as one HTML document in the translator's language."""
    environment = Environment(
        loader=PackageLoader("edge.web", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )

    def clock(at: datetime) -> str:
        return f"{at.astimezone(page.zone):%H:%M}"

    template = environment.get_template("report.html")
    return template.render(page=page, tr=tr, say=tr.say, lang=tr.lang.value, clock=clock)
