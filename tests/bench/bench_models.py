"""Makes the peers' model folders of the shipped student, each step where its libraries are.

    .venv-training/bin/python tests/bench/bench_models.py STEP MODELS

STEP is one of STEPS; `openvino` runs in `.venv-peers`. MODELS holds `shipped`, the student, and
`calibration.json`, texts of training documents. The student's FP32 weights were not kept, so all peers
start from the integers of its INT8 file, read back as FP32.
"""

import json
import sys
from pathlib import Path

STEPS = ("transformers", "optimum", "ctranslate2", "openvino")
INT8 = "onnx/model_quantized.onnx"
CALIBRATING = 300  # windows, as many as NNCF takes by default


def transformers(models: Path) -> None:
    """A checkpoint of transformers with tokenizer, and optimum's FP32 export of it."""
    import shutil

    from transformers import AutoConfig, AutoModelForTokenClassification

    from training.measuring import known_answer
    from training.onnx.export import export
    from training.onnx.weights import read_back

    shipped, folder = models / "shipped", models / "transformers"
    model = AutoModelForTokenClassification.from_config(AutoConfig.from_pretrained(shipped))
    read_back(shipped / INT8, model)
    model.save_pretrained(folder)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"):
        shutil.copy(shipped / name, folder)
    export(folder, [known_answer.TEXT])


def optimum(models: Path) -> None:
    """The FP32 export, quantized by optimum as it recommends for this processor."""
    from optimum.onnxruntime import AutoQuantizationConfig, ORTQuantizer

    from space.engine.cpu import instruction_set

    recommended = {
        "amx_int8": AutoQuantizationConfig.avx512_vnni,
        "avx512_vnni": AutoQuantizationConfig.avx512_vnni,
        "avx_vnni": AutoQuantizationConfig.avx512_vnni,
        "avx512f": AutoQuantizationConfig.avx512,
        "avx2": AutoQuantizationConfig.avx2,
    }
    setting = recommended.get(instruction_set(), AutoQuantizationConfig.arm64)(is_static=False)
    folder = models / "transformers" / "onnx"
    ORTQuantizer.from_pretrained(folder, file_name="model.onnx").quantize(setting, folder)


def ctranslate2(models: Path) -> None:
    """The encoder by CTranslate2's converter, and the classifier's weights, (hidden, tags) and (tags,).

    The converter needs torch, which its environment lacks: it runs here, with that package alone from there.
    """
    import numpy as np
    from safetensors.numpy import load_file

    peers = Path(__file__).parents[2] / ".venv-peers"
    sys.path += map(str, peers.glob("lib/python*/site-packages"))
    from ctranslate2.converters import TransformersConverter

    source, folder = models / "transformers", models / "ctranslate2"
    TransformersConverter(str(source)).convert(str(folder), quantization="int8", force=True)
    weights = load_file(source / "model.safetensors")
    np.savez(
        folder / "classifier.npz", weight=weights["classifier.weight"].T, bias=weights["classifier.bias"]
    )


def openvino(models: Path) -> None:
    """OpenVINO's form of the FP32 export, and the INT8 one by its quantizer, NNCF, calibrated on windows."""
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # see peers/open_vino.py
    import nncf
    import numpy as np
    import openvino as runtime

    from space.engine import load_tokenizer

    folder = models / "openvino"
    model = runtime.Core().read_model(models / "transformers" / "onnx" / "model.onnx")
    runtime.save_model(model, folder / "fp32.xml", compress_to_fp16=False)

    tokenizer = load_tokenizer(models / "shipped" / "tokenizer.json")
    tokenizer.enable_truncation(256)
    texts = json.loads((models / "calibration.json").read_text(encoding="utf-8"))

    def inputs(text: str) -> dict[str, np.ndarray]:
        ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
        return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}

    windows = nncf.Dataset(texts[:CALIBRATING], inputs)
    quantized = nncf.quantize(model, windows, model_type=nncf.ModelType.TRANSFORMER, subset_size=CALIBRATING)
    runtime.save_model(quantized, folder / "int8.xml", compress_to_fp16=False)


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]))
