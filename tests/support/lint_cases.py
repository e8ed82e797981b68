"""Cases for the rules over a card and its repository: for each, faults in several layouts and what is fine.

A case is a rule and the changes that make the repository of its kind ("reef", "space", "notes") wrong, or
leave it right in another way. tests/cards/test_rule_cases.py runs and counts them.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lint_folders import LABELS, change, edit_config, graph, weights

Edit = Callable[[Path], object]
TITLE = "# reef-ner\n"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 3\n"
CONFIG_HASH = "{config.json}"  # stands for the SHA-256 of that file


@dataclass(frozen=True)
class Case:
    rule: str
    edits: tuple[Edit, ...]
    kind: str = "reef"


def card(old: str, new: str) -> Edit:
    """Text on the card, replaced."""

    def edit(made: Path) -> None:
        digest = hashlib.sha256((made / "config.json").read_bytes()).hexdigest() if CONFIG_HASH in new else ""
        change(made, old, new.replace(CONFIG_HASH, digest))

    return edit


def below(text: str) -> Edit:
    """Text below the title."""
    return card(TITLE, f"{TITLE}\n{text}\n")


def config(**changes) -> Edit:
    return lambda made: edit_config(made, **changes)


def file(name: str, content: bytes) -> Edit:
    return lambda made: (made / name).write_bytes(content)


def gone(name: str) -> Edit:
    return lambda made: (made / name).unlink()


def labels(names: list[str]) -> Edit:
    numbered = {str(number): name for number, name in enumerate(names)}
    return config(id2label=numbered, label2id={name: number for number, name in enumerate(names)})


def shards(*names: str) -> tuple[Edit, ...]:
    """An index that names two shards of half a million parameters, and those of them that there are."""
    whole = {f"w{number}": f"model-0000{number}-of-00002.safetensors" for number in (1, 2)}
    index = json.dumps({"weight_map": whole}).encode()
    files = (file(whole[name], weights([500, 1000], "F16", name)) for name in names)
    return (gone("model.safetensors"), file("model.safetensors.index.json", index), *files)


def index(value: str, metric: str = "f1") -> Edit:
    """A result in the front matter."""
    return card(
        "tags:\n",
        "model-index:\n- name: reef-ner\n  results:\n  - task:\n      type: token-classification\n"
        "    dataset:\n      type: conll2003\n      name: CoNLL-2003\n      split: test\n    metrics:\n"
        f"    - type: {metric}\n      value: {value}\n      name: Micro F1\ntags:\n",
    )


# What stands on the right card, what is put there, and the rule that finds it: other layouts and units.
FAULTS = [
    ("1.0M parameters", "2.5M parameters", "weights.parameters"),
    ("A tagger with 1.0M parameters", "reef-ner has 1,600,000 parameters", "weights.parameters"),
    ("the INT8 graph 1.1 MB", "the INT8 graph 2.2 MiB", "weights.size"),
    ("# reef-ner\n", "# reef-ner\n\n- `model.safetensors`: 9000 kB\n", "weights.size"),
    ("`B-Drug`, `I-Drug`, `B-Problem`, `I-Problem`, `O`", "`Drug`, `Problem`, `Anatomy`", "labels.listed"),
    ("`B-Drug`, `I-Drug`, `B-Problem`, `I-Problem`, `O`", "`Drug`", "labels.listed"),
    ("`1: B-Drug`, `2: I-Drug`", "`1: I-Drug`, `2: B-Drug`", "labels.id"),
    ("# reef-ner\n", '# reef-ner\n\n```json\n{"B-Drug": 1, "B-Problem": 2, "O": 0}\n```\n', "labels.id"),
    ('== "Drug"', 'in ("Drug", "Disorder")', "code.label"),
    ("model_max_length=512", "model_max_length=4096", "code.window"),
    (
        'from_pretrained("someone/reef-ner")',
        'from_pretrained("someone/reef-ner", subfolder="tf")',
        "code.file",
    ),
    (
        "drugs = [",
        'import huggingface_hub as hub\nhub.hf_hub_download("someone/reef-ner", "weights.bin")\ndrugs = [',
        "code.file",
    ),
    (
        "drugs = [",
        "from optimum.onnxruntime import ORTModelForTokenClassification\n"
        'ORTModelForTokenClassification.from_pretrained("someone/reef-ner", '
        'file_name="onnx/model_quantized.onnx")\ndrugs = [',
        "code.file",
    ),
    (TITLE, f"{TITLE}\n```sh\nhf download someone/reef-ner model.gguf --local-dir .\n```\n", "code.command"),
    (
        TITLE,
        f"{TITLE}\n```console\n$ huggingface-cli download someone/reef-ner \\\n    --include 'tf/*'\n```\n",
        "code.command",
    ),
    (
        TITLE,
        f"{TITLE}\n```\nwget https://hub.example/someone/reef-ner/resolve/main/onnx/model_fp16.onnx\n```\n",
        "code.command",
    ),
    ('from_pretrained("someone/reef-ner")', 'from_pretrained("./output/checkpoint-500")', "code.repo-id"),
    ('from_pretrained("someone/reef-ner")', 'from_pretrained("your-username/reef-ner")', "code.repo-id"),
    ("AutoModelForTokenClassification", "AutoModelForMaskedLM", "code.task"),
    ("drugs = [", "drugs = ([", "code.python"),
    ('"transformers[torch]"', '"transformers[torch]', "code.data"),
    ("# reef-ner\n", '# reef-ner\n\n```json\n{"entity": "Drug",}\n```\n', "code.data"),
    ("(config.json)", "(configuration.json)", "repo.link"),
    ("(onnx)", "(https://example.org) <img src='plots/f1.svg'>", "repo.link"),
    ("[the folder of graphs](onnx)", "`onnx/model.onnx`", "repo.file"),
    ("- onnx\n", "- onnx\n- safetensors\n- tflite\n", "repo.format"),
    (
        "with no server",
        "with no server: text never leaves the device. Or use our `InferenceClient`",
        "privacy.hosted",
    ),
    ("An invented example: Ms Doe", "Seen today: Ms Doe", "privacy.patient"),
    (
        "An invented example: Ms Doe, born on 03/12/1961, MRN 00000000",
        "Ms Doe (SSN 219-09-9999)",
        "privacy.patient",
    ),
    ("drugs = [", 'login(token="hf_' + "aB3dE5fG7h" * 3 + 'iJ9k")\ndrugs = [', "privacy.secret"),
    ("drugs = [", 'key = "AKIA' + "Q7WERTYUIOP2ASDF" + '"\ndrugs = [', "privacy.secret"),
    (
        "# reef-ner\n",
        "# reef-ner\n\nExample: the patient can be reached at phone 212 555 0188.\n",
        "privacy.patient",
    ),
    (TITLE, f"{TITLE}\nHerr Kolb, geb. am 03.12.1961, Patienten-Nr. 40817733.\n", "privacy.patient"),
    (TITLE, f"{TITLE}\n> Mme Caradec, née le 3/12/1961, tél. 02 31 55 01 88\n", "privacy.patient"),
    (TITLE, f"{TITLE}\nIt tells apart three labels (Drug, Problem and Route).\n", "labels.listed"),
    ("- en\n", "- qq-Latn\n", "front-matter.name"),
    ("license: mit", "license: mit licence", "front-matter.name"),
    ("- en\n", "- english\n", "front-matter.name"),
    ("- en\n", "- no\n", "front-matter.name"),
    ("pipeline_tag: token-classification", "pipeline_tag: ner", "front-matter.name"),
    ("pipeline_tag: token-classification", "pipeline_tag: fill-mask", "front-matter.task"),
    ("license: mit\n", "license: mit\nco2_eq_emissions:\n  emissions: 12 kg\n", "front-matter.field"),
    ("license: mit\n", "license: mit\nbase_model: /mnt/models/bert\n", "front-matter.value"),
    ("license: mit\n", "license: mit\nlibrary_version: 4.10\n", "front-matter.value"),
    ("license: mit\n", "", "front-matter.missing"),
    ("# reef-ner\n", "# reef-ner\n\nFine-tuned on a data set under CC BY-SA 4.0.\n", "licence.upstream"),
    (TITLE, f"{TITLE}\nSHA-256 of `config.json`: {'ab' * 32}\n", "weights.sha256"),
    (TITLE, f"{TITLE}\n| File | sha256 |\n|---|---|\n| config.json | {'0c' * 32} |\n", "weights.sha256"),
    (TITLE, f"{TITLE}\nreef-ner reads up to 4,096 tokens.\n", "config.window"),
    (TITLE, f"{TITLE}\n- **Max. sequence length:** 2k tokens\n", "config.window"),
    ('someone/reef-ner", model_max', 'someone/reeff-ner", model_max', "code.repo-id"),
    (TITLE, f"{TITLE}\n- Labels: 7\n", "config.shape"),
    (TITLE, f'{TITLE}\n```python\nsession = InferenceSession("onnx/model_q8.onnx")\n```\n', "code.file"),
    (TITLE, f"{TITLE}\nThe head tells apart seven classes.\n", "config.shape"),
    (TITLE, f"{TITLE}\n| | |\n|-|-|\n| Longest input | 4,096 tokens |\n", "config.window"),
    (TITLE, f"{TITLE}\n| | |\n|-|-|\n| Labels | `B-Drug`, `B-Problem`, `B-Route` |\n", "labels.listed"),
    (TITLE, f"{TITLE}\n| | |\n|-|-|\n| Weights | `model.safetensors`, 9 MB |\n", "weights.size"),
    (
        "drugs = [",
        'illness = [found for found in ner("...") if found["entity"] != "B-Illness"]\ndrugs = [',
        "code.label",
    ),
    ("drugs = [", "tokenizer(text, truncation=True, max_length=1024)\ndrugs = [", "code.window"),
    (
        "drugs = [",
        "from optimum.onnxruntime import ORTModelForSequenceClassification\n"
        'ORTModelForSequenceClassification.from_pretrained("someone/reef-ner")\ndrugs = [',
        "code.task",
    ),
    (TITLE, f"{TITLE}\n```py\nfor found in tagger(text)\n    print(found)\n```\n", "code.python"),
    (TITLE, f"{TITLE}\nThe tokenizer is `vocab.txt`, the weights `pytorch_model.bin`.\n", "repo.file"),
    ("- onnx\n", "- onnx\n- gguf\n", "repo.format"),
    (
        TITLE,
        f"{TITLE}\nNo patient data is ever uploaded.\n\n"
        "```bash\ncurl https://tagger.example.org/predict -d @note.txt\n```\n",
        "privacy.hosted",
    ),
    ("license: mit\n", "license: other\n", "front-matter.field"),
    ("license: mit\n", "license: mit\nbase_model:\n- name: someone/base\n", "front-matter.field"),
    ("library_name: transformers\n", "", "front-matter.missing"),
    ("---\nlicense: mit\n", "---\nlicense: [mit\n", "front-matter.yaml"),
    ("---\nlicense: mit\n", "license: mit\n", "front-matter.yaml"),
    ("pipeline_tag: token-classification", "pipeline_tag: text-generation", "front-matter.task"),
    (TITLE, f"{TITLE}\nDistilled from a teacher under the Gemma license.\n", "licence.upstream"),
]
SPACE_FAULTS = [
    ("sdk: gradio", "sdk: gradioo"),
    ("colorFrom: red", "colorFrom: orange"),
    ("app_file: app.py", "app_file: main.py"),
    ("sdk_version: 6.0.0", "sdk_version: 5.9.1"),
    ("short_description: Tags notes", f"short_description: {'Tags notes ' * 9}"),
]
DATASET_FAULTS = [
    ("1K<n<10K", "10K<n<100K"),
    ("1K<n<10K", "medium"),
    ("path: data/*.jsonl", "path: train.csv"),
]

SCORE = "On the CoNLL-2003 test set reef-ner reaches a micro F1 of"
GENERIC = [f"LABEL_{number}" for number in range(5)]
WRONG = [
    *(Case(rule, (card(old, new),)) for old, new, rule in FAULTS),
    *(Case("space.field", (card(old, new),), "space") for old, new in SPACE_FAULTS),
    *(Case("dataset.field", (card(old, new),), "notes") for old, new in DATASET_FAULTS),
    Case("labels.inverse", (config(label2id={label: 4 - n for n, label in enumerate(LABELS)}),)),
    Case("labels.inverse", (config(id2label={"0": "O", "2": "B-Drug"}),)),
    Case("front-matter.task", (config(architectures=["BertForMaskedLM"]),)),
    Case("code.window", (config(max_position_embeddings=256),)),
    Case("labels.generic", (labels(GENERIC),)),
    Case("labels.generic", (labels(GENERIC[:3]), config(architectures=["BertForSequenceClassification"]))),
    Case("labels.output", (file("onnx/model.onnx", graph(9)),)),
    Case("labels.output", (gone("onnx/model_quantized.onnx"), file("model.onnx", graph(3)))),
    Case("repo.pointer", (file("onnx/model_quantized.onnx", POINTER),)),
    Case("repo.pointer", (file("README.md", POINTER),)),
    Case("weights.readable", (file("model.safetensors", weights([1000, 1000])[:-4]),)),
    Case("weights.readable", (file("model.safetensors", b"<html>not found</html>"),)),
    Case("weights.readable", shards("w1")),
    Case(
        "weights.size",
        (file("reef-ner-Q5_K_M.gguf", b"x" * 700_000), below("| | Q5_K_M |\n|---|---|\n| Size | 1.4 MB |")),
    ),
    Case("index.text", (index("0.87"), below(f"{SCORE} 0.912."))),
    Case("index.text", (index("0.87"), below("Results on the test split:\n\n- Micro F1: 91.2%\n"))),
    Case(
        "index.text",
        (index("87.0"), below("| Model | Micro F1 (CoNLL-2003 test, %) |\n|---|---|\n| reef-ner | 91.2 |")),
    ),
    Case("front-matter.model-index", (index("high"),)),
    Case("front-matter.model-index", (index("0.87"), card("      type: conll2003\n", ""))),
]

# What is right in another way, each with something that its rule looks at.
RIGHT = [
    Case("weights.readable", (*shards("w1", "w2"), card("the FP32 weights take 4.0 MB, ", ""))),
    Case("weights.parameters", (card("1.0M parameters", "about one million parameters"),)),
    Case("weights.size", (card("4.0 MB", "3.8 MiB"),)),
    Case(
        "weights.size",
        (
            file("reef-ner-Q5_K_M.gguf", b"x" * 700_000),
            file("reef-ner-Q8_0.gguf", b"x" * 1_060_000),
            below("Q8_0 takes 1.06 MB, Q5_K_M 0.70 MB. Q5_K_M needs 5 MB of memory."),
        ),
    ),
    Case("weights.sha256", (below(f"SHA-256 of `config.json`: {CONFIG_HASH}"),)),
    Case("index.text", (index("0.87"), below(f"{SCORE} 87.0%."))),
    Case(
        "index.text", (index("0.87"), below("- Micro F1 (development set): 91.2%\n- Micro F1 of v1: 80.1%"))
    ),
    Case("index.text", (index("0.87"), below(f"{SCORE.replace('reef-ner', 'Skua, the teacher,')} 0.912."))),
    Case("labels.inverse", (labels(["O", "B-Drug", "I-Drug", "B-Problem", "I-Problem"]),)),
    Case("labels.output", (file("onnx/model.onnx", graph(5)),)),
    Case("labels.id", (below('```json\n{"0": "O", "1": "B-Drug", "3": "B-Problem"}\n```'),)),
    Case("labels.listed", (below("**Entity types:** Drug, Problem"),)),
    Case("labels.generic", (labels(LABELS), config(architectures=["RobertaForTokenClassification"]))),
    Case("code.python", (below("```python\n>>> 1 + 1\n2\n```"),)),
    Case("code.python", (below("```python\nprint(spans)\n>>> Drug: Ibuprofen (3, 12)\n```"),)),
    Case("code.python", (below("```python\n>>> sorted(\n    [3, 1],\n    reverse=True,\n)\n[3, 1]\n```"),)),
    Case("code.data", (below('```json\n{"entity": "Drug"}\n{"entity": "Problem"}\n```'),)),
    Case("code.repo-id", (below('```python\nAutoModel.from_pretrained("someone-else/base")\n```'),)),
    Case("code.file", (below('```py\nhf_hub_download("someone/reef-ner", "config.json")\n```'),)),
    Case(
        "code.command",
        (
            below(
                "```bash\nhf download someone/reef-ner model.safetensors --local-dir onnx-old\n"
                "hf download someone/reef-ner --include 'onnx/*' '*.json' --exclude '*.bin'\n"
                "hf download someone-else/base tf_model.h5\nhf download someone/reef-ner <FILE>\n```"
            ),
        ),
    ),
    Case("labels.listed", (below("It tells apart two entity types (Drug and Problem)."),)),
    Case("privacy.patient", (below("Seit 2019 (geboren aus einer Masterarbeit), Tel. im Impressum."),)),
    Case("code.window", (card("model_max_length=512", "model_max_length=256"),)),
    Case(
        "config.shape",
        (below("It has four layers.\n\n| | |\n|-|-|\n| Classes | 5 |"), config(num_hidden_layers=4)),
    ),
    Case("config.shape", (below("- Teacher: 12 layers\n- Frozen layers: 2"), config(num_hidden_layers=4))),
    Case("config.window", (below("It reads up to 512 tokens; its teacher up to 8,192 tokens."),)),
    Case("code.label", (card('== "Drug"', 'in ("Drug", "Problem")'),)),
    Case("code.task", (below('```py\nAutoModelForMaskedLM.from_pretrained("someone/base")\n```'),)),
    Case("repo.pointer", (below("Clone it with `git lfs`; pointers begin with `version https://git-lfs`."),)),
    Case(
        "repo.link",
        (below("[Weights](./model.safetensors), [here](#reef-ner), ![](https://example.org/a.png)"),),
    ),
    Case(
        "repo.file", (below("The weights are in `model.safetensors`, the graph in `model_quantized.onnx`."),)
    ),
    Case("repo.format", (card("- onnx\n", "- onnx\n- safetensors\n"),)),
    Case("front-matter.yaml", (card("license: mit\n", "license: 'mit' # see below\n"),)),
    Case("front-matter.field", (card("license: mit\n", "license: mit\nco2_eq_emissions: 12.5\n"),)),
    Case(
        "front-matter.missing",
        (card("library_name:", "base_model: someone/base\nlibrary_name:"), index("0.87")),
    ),
    Case("front-matter.value", (card("license: mit\n", 'license: mit\nlibrary_version: "4.10"\n'),)),
    Case("front-matter.name", (card("- en\n", "- zh-Hans\n- pt-BR\n- yue\n- multilingual\n"),)),
    Case("front-matter.model-index", (index("87.0"),)),
    Case("front-matter.task", (config(architectures=["DebertaV2ForTokenClassification"]),)),
    Case("licence.upstream", (below("Fine-tuned on a data set under CC BY 4.0."),)),
    Case(
        "licence.upstream", (below("The corpus is read under CC BY-SA 4.0."), card("mit\n", "cc-by-sa-4.0\n"))
    ),
    Case("privacy.secret", (below("Set `HF_TOKEN=hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`."),)),
    Case("privacy.patient", (below("Questions: Ann Lee, phone +1 212 555 0188."),)),
    Case("privacy.patient", (below('```python\ntext = "Vera Ilk (born 3 May 1911) rowed."\n```'),)),
    Case("privacy.hosted", (below("Text never leaves the device."),)),
    Case("space.field", (card("colorTo: blue", "colorTo: gray"),), "space"),
    Case("dataset.field", (card("num_examples: 500", "num_examples: 900"),), "notes"),
]
