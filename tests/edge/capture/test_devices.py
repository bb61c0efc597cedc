"""Cameras are listed by the path that stays."""

from pathlib import Path

from edge.capture.devices import Device, list_devices


def test_a_camera_is_listed_once_by_its_stable_path(tmp_path: Path) -> None:
    node = tmp_path / "video0"
    node.touch()
    stable = tmp_path / "v4l" / "by-path" / "usb-1-video-index0"
    stable.parent.mkdir(parents=True)
    stable.symlink_to(node)
    assert (Device(stable, node.resolve()),) == list_devices(tmp_path)


def test_a_node_without_a_stable_path_is_listed_itself(tmp_path: Path) -> None:
    (tmp_path / "video3").touch()
    assert (Device(tmp_path / "video3", tmp_path / "video3"),) == list_devices(tmp_path)


def test_a_machine_without_cameras_lists_none(tmp_path: Path) -> None:
    assert list_devices(tmp_path) == ()
