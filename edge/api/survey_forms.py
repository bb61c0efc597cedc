"""Between the bodies of a survey and the surveyor's own nouns."""

import base64
from collections.abc import Sequence

import numpy as np

from calibration.bay import ShelfBand
from calibration.errors import CalibrationError
from calibration.record import Calibration
from calibration.site_write import Survey
from calibration.slots import ShelfSlot
from edge.api.refusals import BadSurvey
from edge.api.schemas.surveys import ProposalReply, ProposedShelf, ShelfBody, SiteInUse, SlotBody, SurveyResult
from edge.api.surveying import Draft, Surveys, jpeg, shown
from edge.clock import Clock
from edge.surveying.proposal import Proposal, whole_bay
from inventory_core.ids import ShelfId, Sku


def draft_survey(
    surveys: Surveys, draft: Draft, corners: Sequence[float], width_mm: float, height_mm: float
) -> Survey:
    """The corners (8 numbers, x y from the top left, clockwise) and size, with the whole bay as one shelf. Raises BadSurvey."""
    try:
        return Survey(
            None, draft.width_px, draft.height_px, np.array(corners, np.float64).reshape(4, 2), width_mm, height_mm,
            whole_bay(height_mm), lens=surveys.lens_of(draft))
    except CalibrationError as error:
        raise BadSurvey("the survey cannot be used: {why}", why=error) from error


def full_survey(surveys: Surveys, draft: Draft, body: SurveyResult, clock: Clock) -> Survey:
    """What the site file will say. Raises BadSurvey."""
    try:
        return Survey(
            body.camera, draft.width_px, draft.height_px, np.array(body.corners, np.float64), body.width_mm, body.height_mm,
            tuple(ShelfBand(ShelfId(shelf.name), shelf.top_mm, shelf.bottom_mm) for shelf in body.shelves),
            lens=surveys.lens_of(draft), surveyed_at=clock.now().replace(microsecond=0),
            slots=tuple(ShelfSlot(ShelfId(slot.shelf), slot.left_mm, slot.right_mm, Sku(slot.sku) if slot.sku else None,
                                  slot.facings) for slot in body.slots))
    except CalibrationError as error:
        raise BadSurvey("the survey cannot be used: {why}", why=error) from error


def proposal_reply(found: Proposal, doubts: Sequence[str]) -> ProposalReply:
    view = shown(found.view.image)
    return ProposalReply(
        view="data:image/jpeg;base64," + base64.b64encode(jpeg(view)).decode(), view_width_px=view.shape[1],
        view_height_px=view.shape[0], products=found.products, slots=_slots(found.slots),
        doubts=list(doubts),
        shelves=[ProposedShelf(**shelf.model_dump(), confidence=one.confidence)
                 for one, shelf in zip(found.bands, _shelves([one.band for one in found.bands]), strict=True)])


def site_in_use(site: Calibration, file: str) -> SiteInUse:
    width, height = site.bay.width_mm / site.mm_per_px, site.bay.height_mm / site.mm_per_px
    corners = site.cam_from_view(np.array([[0, 0], [width, 0], [width, height], [0, height]]))
    return SiteInUse(
        file=file, camera=site.camera, width_px=site.width_px, height_px=site.height_px, width_mm=site.bay.width_mm,
        height_mm=site.bay.height_mm, fingerprint=site.fingerprint, shelves=_shelves(site.bay.bands),
        slots=_slots(site.bay.slots), corners=[[round(float(x), 2), round(float(y), 2)] for x, y in corners])


def _shelves(bands: Sequence[ShelfBand]) -> list[ShelfBody]:
    return [ShelfBody(name=band.shelf, top_mm=band.top_mm, bottom_mm=band.bottom_mm) for band in bands]


def _slots(slots: Sequence[ShelfSlot]) -> list[SlotBody]:
    return [SlotBody(shelf=slot.shelf, left_mm=slot.left_mm, right_mm=slot.right_mm, facings=slot.facings, sku=slot.sku)
            for slot in slots]
