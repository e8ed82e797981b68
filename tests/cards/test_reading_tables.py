"""Tables of cards that we did not write: what each cell is read to be."""

import pytest

from cards.reading import read


def facts(text: str) -> list[str]:
    """Each statement in one line: value, then what it is said to be."""
    lines = []
    for s in read(text, "card").statements:
        parts = [s.subject, s.group, s.statistic, s.quantity, s.of, s.versus, s.counted, s.dataset, s.split]
        said = " | ".join(str(part) for part in (*parts, *sorted(s.conditions)) if part)
        lines.append(f"{s.value:.6g} {said}")
    return lines


CASES = {
    "models as rows": (
        """
| Model | Params | Size | Macro F1 |
|---|---:|---:|---:|
| Teacher | 110M | 410.9 MB | 86.57 |
| Student | 66M | 253 MB | **80.70** |
""",
        [
            "1.1e+08 teacher | parameters",
            "4.109e+08 teacher | size",
            "0.8657 teacher | macro | f1",
            "6.6e+07 student | parameters",
            "2.53e+08 student | size",
            "0.807 student | macro | f1",
        ],
    ),
    "models as columns, one unit in the head": (
        """
| | Falcon-Large | Falcon-Mini |
|---|---|---|
| Parameters (M) | 340 | 22.7 |
| Median latency (ms) ↓ | 41.2 | 6.05 |
| Recall (%) ↑ | 91.0 | 88.4 |
""",
        [
            "3.4e+08 falcon large | parameters",
            "2.27e+07 falcon mini | parameters",
            "41.2 falcon large | median | latency",
            "6.05 falcon mini | median | latency",
            "0.91 falcon large | recall",
            "0.884 falcon mini | recall",
        ],
    ),
    "entity types as rows, the usual report": (
        """
Results on the NCBI Disease test set:

| Entity | P | R | F1 | Support |
|---|---|---|---|---|
| Gene | 0.912 | 0.880 | 0.896 | 1,204 |
| micro avg | 0.90 | 0.87 | 0.88 | 2,000 |
""",
        [
            "0.912 gene | precision | ncbi disease | test",
            "0.88 gene | recall | ncbi disease | test",
            "0.896 gene | f1 | ncbi disease | test",
            "1204 gene | count | mention | ncbi disease | test",
            "0.9 micro | precision | ncbi disease | test",
            "0.87 micro | recall | ncbi disease | test",
            "0.88 micro | f1 | ncbi disease | test",
            "2000 micro | count | mention | ncbi disease | test",
        ],
    ),
    "short heads and ours": (
        """
## Results on the GENIA test set

| System | P | R | F |
|---|---|---|---|
| CRF baseline | 71.2 | 68.0 | 69.6 |
| Ours | 78.1 | 75.3 | 76.7 |
""",
        [
            "0.712 baseline | precision | genia | test",
            "0.68 baseline | recall | genia | test",
            "0.696 baseline | f1 | genia | test",
            "0.781 model | precision | genia | test",
            "0.753 model | recall | genia | test",
            "0.767 model | f1 | genia | test",
        ],
    ),
    "metric and value": (
        """
| Metric | Value |
|:--|--:|
| Accuracy | 94.2 % |
| Parameters | 66,362,880 |
| Model size | 265 MB |
| Inference time (CPU) | 41 ms |
| Sparsity | 40 % |
""",
        ["0.942 accuracy", "6.63629e+07 parameters", "2.65e+08 size", "41 latency | cpu", "0.4 sparsity"],
    ),
    "a trainer's log": (
        """
| Epoch | Training Loss | Validation Loss | F1 |
|---|---|---|---|
| 1 | 0.3121 | 0.2210 | 0.8123 |
| 2 | 0.1530 | 0.1987 | 0.8391 |
""",
        ["0.8123 f1 | epoch 1", "0.8391 f1 | epoch 2"],
    ),
    "quantised files": (
        """
| Quant | Bits | Size | Perplexity |
|---|---|---|---|
| Q4_K_M | 4 | 4.08 GB | 6.12 |
| Q8_0 | 8 | 7.70 GB | 5.98 |
""",
        ["4.08e+09 q4_k_m | size", "7.7e+09 q8_0 | size"],
    ),
    "splits with a total": (
        """
| Split | Notes | Entities | Tokens |
|---|---:|---:|---:|
| train | 1,200 | 31,540 | 512,000 |
| dev | 150 | 3,950 | 64,100 |
| test | 150 | 4,010 | 63,900 |
| **Total** | 1,500 | 39,500 | 640,000 |
""",
        [
            "1200 count | note | train",
            "31540 count | mention | train",
            "512000 count | token | train",
            "150 count | note | validation",
            "3950 count | mention | validation",
            "64100 count | token | validation",
            "150 count | note | test",
            "4010 count | mention | test",
            "63900 count | token | test",
            "1500 total | count | note",
            "39500 total | count | mention",
            "640000 total | count | token",
        ],
    ),
    "ratios beside scores": (
        """
| | Teacher | Student |
|---|---|---|
| Macro-F1 | 91.2 ± 0.3 | 89.9 ± 0.4 |
| Speedup | 1× | 4.2× |
| F1 retention | 100% | 98.6% |
| Size reduction | - | 75% |
| Δ F1 | - | -1.3 |
""",
        [
            "0.912 teacher | macro | f1",
            "0.899 student | macro | f1",
            "1 teacher | speed_up | latency",
            "4.2 student | speed_up | latency",
            "1 teacher | retention | f1",
            "0.986 student | retention | f1",
            "4 student | reduction | size",
            "-0.013 student | change | f1",
        ],
    ),
    "lengths as rows": (
        """
| Length (tokens) | Teacher (ms) | Student (ms) |
|---|---|---|
| 128 | 41 | 9.8 |
| 512 | 160 | 38 |
""",
        [
            "41 teacher | latency | 128 tokens",
            "9.8 student | latency | 128 tokens",
            "160 teacher | latency | 512 tokens",
            "38 student | latency | 512 tokens",
        ],
    ),
    "a classification report": (
        """
| Class | precision | recall | f1-score | support |
|---|---|---|---|---|
| urgent | 0.91 | 0.88 | 0.90 | 120 |
| routine | 0.95 | 0.97 | 0.96 | 480 |
| accuracy | | | 0.95 | 600 |
| macro avg | 0.93 | 0.93 | 0.93 | 600 |
| weighted avg | 0.94 | 0.95 | 0.95 | 600 |
""",
        [
            "0.91 urgent | precision",
            "0.88 urgent | recall",
            "0.9 urgent | f1",
            "120 urgent | count | mention",
            "0.95 routine | precision",
            "0.97 routine | recall",
            "0.96 routine | f1",
            "480 routine | count | mention",
            "0.95 accuracy",
            "600 count | mention",
            "0.93 macro | precision",
            "0.93 macro | recall",
            "0.93 macro | f1",
            "600 macro | count | mention",
            "0.94 weighted | precision",
            "0.95 weighted | recall",
            "0.95 weighted | f1",
            "600 weighted | count | mention",
        ],
    ),
    "a data set named once": (
        """
| Dataset | Model | Micro F1 |
|---|---|---|
| i2b2 2010 | TinyClin | 0.842 |
| | BigClin | 0.871 |
| n2c2 2018 | TinyClin | 0.801 |
""",
        [
            "0.842 tinyclin | micro | f1 | i2b2 2010",
            "0.871 bigclin | micro | f1 | i2b2 2010",
            "0.801 tinyclin | micro | f1 | n2c2 2018",
        ],
    ),
    "html": (
        """
<table>
<tr><th>Model</th><th>Params</th><th>AUROC</th></tr>
<tr><td><b>Swift</b></td><td>14M</td><td>0.912</td></tr>
<tr><td>Base</td><td>110M</td><td>0.931</td></tr>
</table>
""",
        [
            "1.4e+07 swift | parameters",
            "0.912 swift | auroc",
            "1.1e+08 base | parameters",
            "0.931 base | auroc",
        ],
    ),
    "settings of a training": (
        """
| Hyperparameter | Value |
|---|---|
| Learning rate | 2e-5 |
| Batch size | 16 |
| Epochs | 3 |
| Max length | 512 |
| Warmup ratio | 0.1 |
""",
        [],
    ),
    "percentiles": (
        """
| Percentile | Latency |
|---|---|
| p50 | 12.1 ms |
| p95 | 19 ms |
| p99 | 40 ms |
""",
        ["12.1 median | latency", "19 p95 | latency", "40 p99 | latency"],
    ),
    "types in the heads of columns": (
        """
| Model | Chemical F1 | Disease F1 | Macro F1 |
|---|---|---|---|
| v1 | .871 | .802 | .837 |
| v2 | .880 | .811 | .846 |
""",
        [
            "0.871 v1 | chemical | f1",
            "0.802 v1 | disease | f1",
            "0.837 v1 | macro | f1",
            "0.88 v2 | chemical | f1",
            "0.811 v2 | disease | f1",
            "0.846 v2 | macro | f1",
        ],
    ),
    "variants as columns": (
        """
| | FP32 | FP16 | INT8 |
|-|-|-|-|
| Size (MB) | 440 | 220 | 110 |
| p50 (ms) | 88 | 80 | 31 |
| Accuracy | 0.912 | 0.912 | 0.907 |
""",
        [
            "4.4e+08 fp32 | size",
            "2.2e+08 fp16 | size",
            "1.1e+08 int8 | size",
            "88 fp32 | median | latency",
            "80 fp16 | median | latency",
            "31 int8 | median | latency",
            "0.912 fp32 | accuracy",
            "0.912 fp16 | accuracy",
            "0.907 int8 | accuracy",
        ],
    ),
    "task, metric and score": (
        """
| Task | Metric | Score |
|---|---|---|
| SST-2 | Accuracy | 91.3 |
| CoNLL-2003 | F1 | 90.7 |
""",
        ["0.913 accuracy | sst 2", "0.907 f1 | conll 2003"],
    ),
    "machines and batches": (
        """
| Hardware | Batch | Latency (ms) | Throughput (docs/s) |
|---|---|---|---|
| Xeon | 1 | 21 | 47 |
| Xeon | 8 | 110 | 72 |
| T4 | 1 | 6 | 160 |
""",
        [
            "21 latency | batch 1 | xeon",
            "47 throughput | batch 1 | xeon",
            "110 latency | batch 8 | xeon",
            "72 throughput | batch 8 | xeon",
            "6 latency | batch 1 | t4",
            "160 throughput | batch 1 | t4",
        ],
    ),
    "counts of types": (
        """
| Entity | # train | # test |
|---|---|---|
| Problem | 7,073 | 4,500 |
| Test | 4,608 | 3,200 |
""",
        [
            "7073 problem | count | train",
            "4500 problem | count | test",
            "4608 test | count | train",
            "3200 test | count | test",
        ],
    ),
    "remarks in brackets": (
        """
| Model | F1 | Latency |
|---|---|---|
| A-Net | 0.91 (+0.02) | 12 ms (3.1x) |
| B-Net | 0.89 | 37 ms |
""",
        ["0.91 a net | f1", "12 a net | latency", "0.89 b net | f1", "37 b net | latency"],
    ),
    "decimal commas": (
        """
| Modell | Genauigkeit | F1 |
|---|---|---|
| KlinBERT | 91,3 % | 0,874 |
""",
        ["0.874 klinbert | f1"],
    ),
    "dates and versions": (
        """
| Date | Version | F1 |
|---|---|---|
| 2024-01-02 | v1.0 | 0.81 |
| 2024-03-05 | v1.1 | 0.83 |
""",
        ["0.81 v1 | f1", "0.83 v1.1 | f1"],
    ),
    "medals and footnotes": (
        """
| Model | Micro-F1 | Params | ms/doc |
|---|---|---|---|
| 🥇 **Kestrel** | **88.1** | 22M | 9 |
| Osprey† | 87.5* | 110M | 41 |
""",
        [
            "0.881 kestrel | micro | f1",
            "2.2e+07 kestrel | parameters",
            "9 kestrel | latency",
            "0.875 osprey | micro | f1",
            "1.1e+08 osprey | parameters",
            "41 osprey | latency",
        ],
    ),
    "a quotation": (
        """
> | Model | Recall@5 | MRR |
> |---|---|---|
> | E5 | 0.71 | 0.52 |
""",
        ["0.71 e5 | recall | @5"],
    ),
    "within a list": (
        """
- Results

  | Model | Accuracy |
  |---|---|
  | Finch | 81.2% |
""",
        ["0.812 finch | accuracy"],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_table_says(name):
    text, expected = CASES[name]
    assert facts(text) == expected


def test_a_report_pasted_as_text_is_a_table():
    text = """```
              precision    recall  f1-score   support

    Chemical     0.8792    0.9021    0.8905      5385
    accuracy                         0.8520      9809
   micro avg     0.8384    0.8656    0.8518      9809
```
"""
    assert facts(text) == [
        "0.8792 chemical | precision",
        "0.9021 chemical | recall",
        "0.8905 chemical | f1",
        "5385 chemical | count | mention",
        "0.852 accuracy",
        "9809 count | mention",
        "0.8384 micro | precision",
        "0.8656 micro | recall",
        "0.8518 micro | f1",
        "9809 micro | count | mention",
    ]
    assert {(s.where, s.place.column) for s in read(text, "f").statements} >= {("code", 18), ("code", 50)}


def test_cells_have_exact_places():
    card = read(
        "---\nlicense: mit\n---\n\n# T\n\n| Model | F1 |\n|---|---|\n| `a` | **0.91** † |\n", "README.md"
    )
    (statement,) = card.statements
    assert str(statement.place) == "README.md:9:11"
    assert statement.shown == "0.91"
