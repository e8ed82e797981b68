"""Sentences of cards that we did not write: what each number is read to be.

`==` lists all that must be read: a number that cannot be attributed stays unread.
"""

import pytest

from cards.reading import read


def facts(text: str) -> list[str]:
    """Each statement in one line: value, then what it is said to be."""
    lines = []
    for s in read(text, "card").statements:
        versus = f"versus {s.versus}" if s.versus else None
        of = f"of {s.of}" if s.of else None
        parts = [s.subject, s.group, s.statistic, s.quantity, of, versus, s.counted, s.dataset, s.split]
        said = " ".join(str(part) for part in (*parts, *sorted(s.conditions)) if part)
        lines.append(f"{s.value:.4g} {said}")
    return lines


SENTENCES = [
    (
        "The student reaches 80.7 macro F1 on the BC5CDR test set, 93.2% of its teacher's 86.57.",
        [
            "0.807 student macro f1 bc5cdr test",
            "0.932 student retention of f1 versus teacher bc5cdr test",
            "0.8657 teacher macro f1 bc5cdr test",
        ],
    ),
    (
        "At 66M parameters (253 MB) it is 40% smaller and 3.6x faster (39.0 ms to 10.8 ms).",
        [
            "6.6e+07 model parameters",
            "2.53e+08 model size",
            "1.667 model reduction of size",
            "3.6 model speed_up of latency",
            "39 before model latency",
            "10.8 model latency",
        ],
    ),
    (
        "INT8 cuts the file from 253.3 MB to 63.7 MB (4x) with no loss in accuracy.",
        ["2.533e+08 before int8 size", "6.37e+07 int8 size", "4 int8 reduction of size versus before int8"],
    ),
    ("For the small model, latency falls by two thirds.", ["3 speed_up of latency"]),
    (
        "The p50 is 10.8 ms while the fastest of 100 requests took 20.9 ms.",
        ["10.8 median latency", "20.9 min latency 100 requests"],
    ),
    (
        "It holds 19,506 entities in 7,064 abstracts, 12,002 of them chemicals and 7,504 diseases.",
        [
            "1.951e+04 model count mention",
            "7064 model count abstract",
            "1.2e+04 model chemical count mention",
            "7504 model disease count mention",
        ],
    ),
    (
        "The teacher has 110M parameters, the student 66M.",
        ["1.1e+08 teacher parameters", "6.6e+07 student parameters"],
    ),
    ("Chemical F1 is 85.92 and Disease 70.48.", ["0.8592 chemical f1", "0.7048 disease f1"]),
    (
        "On CPU the teacher needs 39.0 ms per note, the student 10.8 ms.",
        ["39 teacher latency cpu", "10.8 student latency cpu"],
    ),
    (
        "Precision, recall and F1 are 0.83, 0.85 and 0.84 on the test set.",
        ["0.83 precision test", "0.85 recall test", "0.84 f1 test"],
    ),
    (
        "The F1 of the teacher and the student are 86.57 and 80.70 respectively.",
        ["0.8657 teacher f1", "0.807 student f1"],
    ),
    (
        "The student keeps 93% of the teacher's F1 at a quarter of the size.",
        ["0.93 student retention of f1 versus teacher", "4 student reduction of size versus teacher"],
    ),
    ("Quantization reduces the size by 75%.", ["4 quantized reduction of size"]),
    ("The pruned model is twice as fast as the teacher.", ["2 pruned speed_up of latency versus teacher"]),
    (
        "The student loses 5.9 points of F1 against the teacher.",
        ["-0.059 student change of f1 versus teacher"],
    ),
    ("Accuracy is 91.3% (95% CI 90.1-92.4) on SST-2 dev set.", ["0.913 accuracy sst 2 validation"]),
    ("A throughput of 55 texts/s was measured with 2 threads.", ["55 throughput 2 threads"]),
    (
        "A 22M-parameter student distilled from BioBERT-large (340M).",
        ["2.2e+07 student parameters", "3.4e+08 biobert large parameters"],
    ),
    ("Global pruning removes 40% of the weights.", ["0.4 sparsity"]),
    (
        "The model was trained for 10 epochs with a learning rate of 2e-5, batch size 16 and temperature 4.",
        [],
    ),
    ("Annotations below a confidence of 0.85 were dropped.", ["0.85 confidence"]),
    ("We used Python 3.11 and version 4.57.6 of transformers on 2024-05-01.", []),
    ("Chemicals reach an F1 of 0.88 [0.865, 0.897].", ["0.88 chemical f1"]),
    ("F1: 86.6 (teacher), 80.7 (student).", ["0.866 teacher f1", "0.807 student f1"]),
    (
        "The corpus has 1,500 abstracts: 500 for training, 500 for development and 500 for testing.",
        [
            "1500 count abstract",
            "500 count abstract train",
            "500 count abstract validation",
            "500 count abstract test",
        ],
    ),
    ("It scores 74.2, up from 71.9 F1 for v1.", ["0.742 model f1", "0.719 v1 f1"]),
    (
        "The INT8 model is 63.7 MB, roughly 6.5 times smaller than the teacher.",
        ["6.37e+07 int8 size", "6.5 int8 reduction of size versus teacher"],
    ),
    ("Inference takes 0.4 s for 512 tokens.", ["400 latency 512 tokens"]),
    ("Training took 44 min on one A100 with 80 GB of memory.", []),
    ("Latency dropped from 39 ms to 16.5 ms after distillation.", ["39 before latency", "16.5 latency"]),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES, ids=[text[:60] for text, _ in SENTENCES])
def test_a_sentence_says(text, expected):
    assert facts(text) == expected
