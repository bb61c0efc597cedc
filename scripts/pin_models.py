"""Writes the sha256 and size of every model file into the manifest, after a new one was trained or exported.

    python -m scripts.pin_models
"""

import hashlib
import re
import sys
from pathlib import Path

from models.manifest import MANIFEST, load_manifest


def pin(manifest: Path) -> list[str]:
    """Rewrite `manifest` in place; returns a line per file that changed."""
    text, changes = manifest.read_text(encoding="utf-8"), []
    files = load_manifest(manifest).files
    for file in (*files, *(small for each in files for small in each.int8)):
        if not file.path.exists():
            changes.append(f"{file.path.name}: absent, left as it is")
            continue
        data = file.path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        entry = re.compile(rf'(path = "{re.escape(file.path.relative_to(manifest.parent).as_posix())}"\n)'
                           r'sha256 = "[0-9a-f]{64}"\nbytes = \d+\n')  # fmt: skip
        text, count = entry.subn(rf'\g<1>sha256 = "{digest}"\nbytes = {len(data)}\n', text)
        if count != 1:
            raise SystemExit(f"{manifest}: the entry of {file.path.name} has no path, sha256, bytes in this order")
        if digest != file.sha256:
            changes.append(f"{file.path.name}: {digest} ({len(data)} bytes)")
    manifest.write_text(text, encoding="utf-8")
    return changes


if __name__ == "__main__":
    sys.stdout.write("\n".join(pin(MANIFEST) or ["nothing changed"]) + "\n")
