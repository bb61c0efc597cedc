"""The eye: pixels to boxes to names; `models` always means neural networks here.

Nothing here reports to anybody. onnxruntime does from 1.29 on: unless told otherwise before it is loaded, it notes processes,
networks and runs in a file under the user's cache folder and sends that to its maker (its docs/Privacy.md).
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
