"""The eye's errors.

    ModelError
     +- BadModelFile          bad_model_file      missing, altered, truncated, or not a network we can run (exit 2)
     +- BadManifest           bad_manifest        the manifest itself is not as documented
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


class BadGallery(ModelError):
    code = "bad_gallery"


class UnknownName(ModelError):
    code = "unknown_name"


class BadArray(ModelError, ValueError):
    code = "bad_array"


class BadLabels(ModelError):
    code = "bad_labels"
