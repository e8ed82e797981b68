"""Cards rendered from a ledger of measured claims, and the lint that refuses a wrong one."""

import os

# ONNX Runtime reports its use to its maker over the network unless this is set before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
