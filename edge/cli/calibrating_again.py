"""`shelfcount calibrate confirm`: a person says that a new picture shows the surveyed shelf with nothing in front."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import cv2
import typer

from calibration.site_file import read_site
from edge.bootstrap import need_people, open_eye
from edge.capture.pictures import read_picture
from edge.capture.quality import judge, measure
from edge.cli.calibrating import calibrate
from edge.cli.calibrating_bay import say_kept
from edge.cli.console import out
from edge.clock import SystemClock
from edge.counting.masked_picture import masked_once
from edge.counting.reasons import reason_in_words
from edge.errors import CheckFailed, UsageFault
from edge.settings import load_settings
from edge.surveying.again import surveyed_again
from edge.surveying.keeping import staged
from edge.surveying.proposal import goods_in
from inventory_core.messages import tell


@calibrate.command("confirm")
def confirm(
    picture: Annotated[Path, typer.Argument(help="A picture of today that you have looked at: nothing stands in front.")],
    site: Annotated[Path | None, typer.Option(help="The site file; else the one in the settings.")] = None,
) -> None:
    """Take a picture of today as what the surveyed shelf looks like: other goods, new decorations, the same boards."""
    settings, speak = load_settings(site=site), out()
    if settings.site is None:
        raise UsageFault("confirm needs the site file: give --site FILE, or `site` in the settings")
    place, image = read_site(settings.site), read_picture(picture, settings.max_pixels).image
    if reasons := judge(measure(image)):
        raise CheckFailed("{file} is no picture to survey: {why}; mend that and take it again", file=picture,
                          why=reason_in_words(reasons[0]))
    survey = surveyed_again(place, image, SystemClock().now().replace(microsecond=0))
    shown, goods = masked_once(picture, image, need_people(settings)).image, goods_in(image, open_eye(settings))
    with staged(settings.site, replace(survey, goods=goods), cv2.imencode(".png", shown)[1].tobytes()) as made:
        kept = made.put_in_place()
    say_kept(kept, speak)
    speak.say(tell("{file} has the shelves of before on the picture of today; a server that runs takes it when it is started "
                   "again", file=settings.site))
