"""A camera is read by one program of this machine at a time: whoever reads it holds its name, which the system lets go when the
program ends, however it ends.

    with hold(["/dev/shelfcount-camera"]): ...

The name is a socket's in Linux's abstract namespace (unix(7)): no file stays behind, and nobody needs a folder in common.
"""

import errno
import hashlib
import os
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from edge.capture.camera import is_live
from edge.errors import UnreadableInput
from edge.passwords import without_password

_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid


@contextmanager
def hold(specs: Iterable[str]) -> Iterator[None]:
    """The live cameras among `specs` are this program's until the end. A system without such names holds none.

    Raises UnreadableInput camera_busy, at once.
    """
    with ExitStack() as names:
        for name, spec in {name: each for each in specs if is_live(each) for name in _names_of(each)}.items():
            holder = names.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            try:
                holder.bind(name)
                holder.listen()
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    continue
                raise UnreadableInput(
                    "camera {camera} is being read by another shelfcount, process {pid}: wait until it is done; where it is a "
                    "server, ask that one", code="camera_busy", camera=without_password(spec), pid=_holder_of(name) or "?",
                ) from error
        yield


def _names_of(spec: str) -> Iterator[str]:
    """An address with any password has one name. A device has that of its path as given, which stays when the camera is plugged
    in later or comes back under another number, and that of the device to which it leads now."""
    path = f"/dev/video{spec}" if spec.isdigit() else spec
    for whole in {without_password(spec)} if "://" in spec else {os.path.normpath(path), os.path.realpath(path)}:
        yield f"\0shelfcount-camera-{hashlib.sha256(whole.encode()).hexdigest()[:32]}"


def _holder_of(name: str) -> int:
    """The process that holds a name; 0 where that cannot be told."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.setblocking(False)
        try:
            caller.connect(name)
            asked = caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        except OSError:
            return 0
    return int(_CREDENTIALS.unpack(asked)[0])
