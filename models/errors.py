"""The eye's errors.

    ModelError
     +- BadModelFile          bad_model_file      missing, altered, truncated, or not a network we can run (exit 2)
     +- BadManifest           bad_manifest        the manifest itself is not as documented
     +- BadModelChoice        bad_model_choice    the record of chosen model files is damaged, or cannot be changed so
     +- BadBackend            bad_backend         no such back end, or its library is not installed (exit 2)
     +- BadTuning             bad_tuning          the record of the measured choice cannot be read or written
     +- BadModelCard          bad_model_card      a model file has no card, or one that leaves out what it must say
     +- GoldenFailed          golden_failed       a network does not see what the golden set shows
     +- BadGallery            bad_gallery         damaged, or made by another embedder
     +- UnknownName           unknown_name        the gallery has no such SKU
     +- BadLabels             bad_labels          a label file that is no COCO file
     +- BadArray              bad_array           a noun of this room was given arrays of the wrong shape
"""

from inventory_core.messages import Told


class ModelError(Told):
    """Base of everything that the eye refuses."""

    code = "model_error"


class BadModelFile(ModelError):
    code = "bad_model_file"


class BadManifest(ModelError):
    code = "bad_manifest"


class BadModelChoice(ModelError):
    code = "bad_model_choice"


class BadBackend(ModelError):
    code = "bad_backend"


class BadTuning(ModelError):
    code = "bad_tuning"


class BadModelCard(ModelError):
    code = "bad_model_card"


class GoldenFailed(ModelError):
    code = "golden_failed"


class BadGallery(ModelError):
    code = "bad_gallery"


class UnknownName(ModelError):
    code = "unknown_name"


class BadArray(ModelError, ValueError):
    code = "bad_array"


class BadLabels(ModelError):
    code = "bad_labels"
