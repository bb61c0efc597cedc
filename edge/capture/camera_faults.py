"""What can be wrong with a camera, by stable code, in words with the mend: one table for the capture process and its keeper."""

from edge.errors import UnreadableInput


def camera_fault(code: str, camera: str) -> UnreadableInput:
    """The error of `code` about `camera`; an unknown code is a capture process that ended."""
    if code == "no_camera":
        return UnreadableInput(
            "camera {camera} does not open; check that it is plugged in, that its path or address is right and that "
            "no other program is using it", code="no_camera", camera=camera,
        )
    if code == "camera_silent":
        return UnreadableInput(
            "camera {camera} delivers no picture; check its cable and power, then try again",
            code="camera_silent", camera=camera,
        )
    if code == "camera_garbled":
        return UnreadableInput(
            "camera {camera} sends pictures that are cut off or damaged; check its cable, its hub and its network",
            code="camera_garbled", camera=camera,
        )
    if code == "camera_opening":
        return UnreadableInput(
            "camera {camera} is being opened; try again in a few seconds", code="camera_opening", camera=camera
        )
    return UnreadableInput(
        "the process that reads camera {camera} ended and is started again; if this goes on, plug the camera into another "
        "socket", code="camera_crashed", camera=camera,
    )
