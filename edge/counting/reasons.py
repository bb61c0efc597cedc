"""What the stable codes of a verdict mean, in words for people."""

from inventory_core.messages import Message, tell

REASONS = {
    "dark": tell("too dark"),
    "bright": tell("too bright"),
    "blurred": tell("blurred"),
    "blank": tell("an empty picture: lens covered, or nothing in it"),
    "colour_cast": tell("wrong colours: the white balance is off"),
    "flicker": tell("bands of flickering light: set the camera to 50 Hz or a longer exposure"),
    "smeared": tell("the lens is dirty: wipe it"),
    "torn": tell("torn: only a part of the picture arrived"),
    "no_answer": tell("the detector gave no usable answer"),
    "nothing_found": tell("neither goods nor gaps found on the shelves"),
    "frozen": tell("frozen: the camera repeats one picture"),
    "blocked": tell("something large stands in front"),
    "moved": tell("the camera has moved"),
    "cannot_tell": tell("it shows too little to tell whether the camera still looks at its shelf"),
    "unsettled": tell("the scene never stood still"),
    "not_surveyed": tell("the camera's place has not been surveyed yet"),
    "no_shelf": tell("no product found, so no shelf to count"),
    "no_frames": tell("no frame arrived"),
    "wrong_camera": tell("not the view of the surveyed camera"),
    "too_small": tell("the picture is too small"),
    "too_large": tell("the picture is too large"),
    "missing": tell("the file does not exist or cannot be opened"),
    "empty": tell("empty"),
    "not_a_picture": tell("not a picture"),
    "not_a_video": tell("not a video"),
    "truncated": tell("cut off"),
    "no_camera": tell("the camera does not open"),
    "camera_silent": tell("the camera delivers no picture"),
    "camera_garbled": tell("the camera sends pictures that are cut off or damaged"),
    "camera_opening": tell("the camera is still being opened"),
    "camera_crashed": tell("the process that reads the camera ended"),
}


def reason_in_words(code: str) -> Message:
    """A reason code for people."""
    return REASONS.get(code, Message(code))
