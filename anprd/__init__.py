"""Number plates from network cameras, read on a CPU and published to Redis."""

import sys

# OpenVINO and NNCF report their use to Google Analytics, with an id that they keep in the home folder, unless each user
# has opted out. Where this package cannot be imported both take a stub that does nothing. This import comes first.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
