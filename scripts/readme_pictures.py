"""Makes the pictures of the README from the shipped demo: the report in both languages and a counted shelf.

    python scripts/readme_pictures.py [FOLDER]      (wants Debian's chromium; FOLDER keeps the demo's output)
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
SIZE = "1180,1240"
FRAME = "00-0800.jpg"


def edge(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "edge", *words], cwd=ROOT, check=True)


def screenshot(page: Path, target: Path) -> None:
    """The top of a page as JPEG."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.exit("chromium is not installed; apt-get install chromium")
    shot = target.with_suffix(".png")
    subprocess.run(
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={SIZE}",
         f"--screenshot={shot}", page.resolve().as_uri()],
        check=True, capture_output=True,
    )
    cv2.imwrite(str(target), cv2.imread(str(shot)), [cv2.IMWRITE_JPEG_QUALITY, 86])
    shot.unlink()


def main(folder: Path) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    for lang in ("zh", "en"):
        out = folder / lang
        edge("demo", "--out", str(out), "--lang", lang)
        screenshot(out / "report.html", IMAGES / f"report-{lang}.jpg")
    frame = ROOT / "edge" / "demo" / "day" / "frames" / FRAME
    edge("count", str(frame), "--gallery", str(folder / "en" / "gallery"), "--annotate", str(folder / "counted"))
    counted = cv2.imread(str(next((folder / "counted").glob("*.jpg"))))
    scale = min(1.0, 1400 / counted.shape[1])
    small = cv2.resize(counted, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(IMAGES / "counted.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, 86])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(Path(scratch))
