"""Cameras of one location need shelves of different names: what one of them does not see on its shelf 1 would else be missing
from the other's.

    if (mixed := mixed_up(outlooks_of(settings, sites))) is not None: raise mixed
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from calibration.record import Calibration
from edge.errors import UsageFault
from edge.settings import Settings


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a `camera` counts for `location`: by its `site`, or by rows from 1 on without one."""

    camera: str
    location: str
    site: Calibration | None

    def shelf_of(self, other: "Outlook") -> str | None:
        """A shelf that both have; None for cameras of two locations, or of one place whose picture tells who sees it."""
        if self.location != other.location:
            return None
        if self.site is None or other.site is None:
            named = self.site or other.site
            rows = ["1"] if named is None else [band.shelf for band in named.bay.bands if band.shelf.isdecimal()]
            return next(iter(rows), None)
        if self.site.fingerprint == other.site.fingerprint and self.site.reference is not None:
            return None
        names = {band.shelf for band in other.site.bay.bands}
        return next((band.shelf for band in self.site.bay.bands if band.shelf in names), None)


def outlooks_of(settings: Settings, sites: Mapping[str, Calibration | None]) -> Iterator[Outlook]:
    """Of cameras by name with their sites, those that count: not one whose site file is still to be written."""
    for camera, site in sites.items():
        if site is not None or settings.site_of(camera) is None:
            yield Outlook(camera, settings.location_of(camera), site)


def mixed_up(outlooks: Iterable[Outlook]) -> UsageFault | None:
    """Two cameras that cannot both be counted, with the mend."""
    for one, other in combinations(outlooks, 2):
        if (shelf := one.shelf_of(other)) is not None:
            return UsageFault(
                "cameras {one} and {other} both count a shelf {shelf} of the location {location}, so what only one of them "
                "sees would seem to come and go; give the shelves other names in a site file, or one camera a `location` of "
                "its own in its table [[camera]] of the settings", one=one.camera, other=other.camera, shelf=shelf,
                location=one.location)
    return None
