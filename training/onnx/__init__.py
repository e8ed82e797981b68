"""ONNX: from a checkpoint to the FP32 and INT8 files that ship, each held against what it was made of."""
