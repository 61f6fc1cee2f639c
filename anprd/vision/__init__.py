"""Networks at work: find a plate, straighten it, read it. One door to OpenVINO."""
