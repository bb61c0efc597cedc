"""Cameras on this machine by stable path: a number changes when a cable is pulled, the path of the socket does not."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Device:
    """`path` is what to give to `--camera`; `node` is the device that it leads to now."""

    path: Path
    node: Path


def list_devices(root: Path = Path("/dev")) -> tuple[Device, ...]:
    """Video devices under `root`, the stable paths where the system makes them, else the nodes themselves."""
    stable = sorted((root / "v4l" / "by-path").glob("*")) if (root / "v4l" / "by-path").is_dir() else []
    devices = [Device(path, path.resolve()) for path in stable]
    known = {device.node for device in devices}
    return (*devices, *(Device(node, node) for node in sorted(root.glob("video*")) if node.resolve() not in known))
