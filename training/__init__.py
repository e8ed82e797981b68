"""Training: makes the models and the ledger. `python -m training` runs it."""

import os

# ONNX Runtime reports its use to its maker over the network unless this is set before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
