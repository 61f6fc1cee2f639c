"""Number plates from network cameras, read on a CPU and published to Redis."""

import os
import sys

# OpenVINO and NNCF report their use to Google Analytics, with an id that they keep in the home folder, unless each user
# has opted out. Where this package cannot be imported both take a stub that does nothing. This import comes first.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

# Of a damaged or missing picture one sentence is said, and that by us. OpenCV reads this when it is loaded.
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")

# Plugins would be code of other packages that reads our configuration; looking for them takes 30 ms of each start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
