"""Speaking in the time of the shop."""

from zoneinfo import ZoneInfo

from edge.cli.console import Out, out
from edge.messages import Translator
from edge.settings import Settings


def in_shop_time(settings: Settings) -> Out:
    """Tells moments as the shop's own clock shows them."""
    return Out(Translator(out().tr.lang, ZoneInfo(settings.shift_zone)))
