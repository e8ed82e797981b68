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
    ("It serves 1,240 QPS.", ["1240 model throughput"]),
    (
        "It takes 84 ms (p95; the slowest letter took 0.3 s).",
        ["84 model p95 latency", "300 model max latency"],
    ),
    ("The macro F1 falls by 0.4 to 80.6.", ["-0.004 macro change of f1", "0.806 macro f1"]),
    ("Accuracy was up by 0.012 to 0.871.", ["0.012 change of accuracy", "0.871 accuracy"]),
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
        ["2.2e+07 student parameters", "3.4e+08 teacher parameters"],
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
    (
        "Teacher → student → INT8: 86.6 → 80.7 → 75.7 macro-F1.",
        ["0.866 teacher macro f1", "0.807 student macro f1", "0.757 int8 macro f1"],
    ),
    ("Finch-NER loses merely 1.1 F1 against BioBERT.", ["-0.011 finch ner change of f1 versus biobert"]),
    (
        "The average response time was 35 ms (min 21, max 96) for 100 requests.",
        ["35 mean latency 100 requests", "21 min latency 100 requests", "96 max latency 100 requests"],
    ),
    (
        "Of 3,000 mentions, 2,100 (70%) are in the training set and 900 (30%) in the test set.",
        ["3000 count mention", "2100 count mention train", "900 count mention test"],
    ),
    # Written after the code, in the manner of cards on the Hub.
    ("It has 12 layers and 110M parameters.", ["12 model count layer", "1.1e+08 model parameters"]),
    (
        "Our model achieves an accuracy of 94.2% and an F1 score of 0.938 on the SST-2 validation set.",
        ["0.942 model accuracy sst 2 validation", "0.938 model f1 sst 2 validation"],
    ),
    (
        "DistilBERT is 40% smaller than BERT and 60% faster.",
        ["1.667 distilbert reduction of size versus bert", "1.6 distilbert speed_up of latency versus bert"],
    ),
    ("DistilBERT retains 97% of BERT's performance.", ["0.97 distilbert retention versus bert"]),
    (
        "The quantized model is 4x smaller and 2.5x faster on CPU.",
        ["4 quantized reduction of size cpu", "2.5 quantized speed_up of latency cpu"],
    ),
    (
        "On the test split, micro F1 is 88.1 and macro F1 is 85.4.",
        ["0.881 micro f1 test", "0.854 macro f1 test"],
    ),
    ("Size on disk: 63.7 MB", ["6.37e+07 size"]),
    ("Latency (p50/p95): 10.8/14.2 ms", ["10.8 median latency", "14.2 p95 latency"]),
    (
        "Median latency is 12 ms, p95 is 19 ms and p99 is 31 ms.",
        ["12 median latency", "19 p95 latency", "31 p99 latency"],
    ),
    ("Between 10 and 20 ms per request on a T4.", ["15 latency t4"]),
    (
        "The FP16 checkpoint takes 132 MiB, the INT8 checkpoint 68 MiB.",
        ["1.384e+08 fp16 size", "7.13e+07 int8 size"],
    ),
    (
        "BioBERT-large (340M) reaches 0.90 F1; our student (22M) reaches 0.87.",
        [
            "3.4e+08 biobert large parameters",
            "0.9 biobert large f1",
            "2.2e+07 student parameters",
            "0.87 student f1",
        ],
    ),
    (
        "The model was trained on 4,952 abstracts with 28,785 annotated mentions.",
        ["4952 model count abstract", "2.878e+04 model count mention"],
    ),
    (
        "Training: 500 documents, validation: 500 documents, test: 500 documents.",
        ["500 count document train", "500 count document validation", "500 count document test"],
    ),
    ("Recall drops by 2.3 points after pruning.", ["-0.023 pruned change of recall"]),
    ("F1 improves by 1.5 points over the baseline.", ["0.015 change of f1 versus baseline"]),
    (
        "INT8 costs 0.4 F1 on wards and 0.9 on bays against FP32.",
        ["-0.004 int8 change of f1 versus fp32"],
    ),
    (
        "The pruned student is only 0.4 F1 points below the dense student.",
        ["-0.004 student pruned change of f1 versus student dense"],
    ),
    ("F1 = 0.874 (precision = 0.881, recall = 0.867)", ["0.874 f1", "0.881 precision", "0.867 recall"]),
    ("P/R/F1 of 0.88/0.86/0.87 on NCBI-disease.", []),
    ("Precision/recall/F1: 0.88/0.86/0.87", ["0.88 precision", "0.86 recall", "0.87 f1"]),
    ("The AUROC is 0.91 ± 0.02 over 5 seeds.", ["0.91 auroc 5 seeds"]),
    ("More than 95% accuracy was reached.", ["0.95 accuracy"]),
    ("Up to 12x faster than GPT-4 and up to 100x cheaper.", ["12 speed_up of latency versus gpt 4"]),
    ("It needs less than 100 MB of RAM.", []),
    ("The vocabulary has 30,522 word pieces; the hidden size is 768.", ["3.052e+04 count token"]),
    ("Texts are cut at 512 tokens.", []),
    ("A learning rate of 0.0004 and a dropout of 0.1 gave the best F1.", []),
    ("The student was distilled with T = 4 and alpha = 0.5 for 3 epochs.", []),
    ("Released on 12 March 2024 under Apache-2.0, see arXiv:2301.12345.", []),
    ("We thank 3 annotators; their agreement was a kappa of 0.81.", []),
    ("Emissions: 0.12 kg CO2eq, 1.4 kWh.", []),
    ("F1 on Chemical: 0.91; F1 on Disease: 0.84.", ["0.91 chemical f1", "0.84 disease f1"]),
    (
        "For diseases the recall is 81.2%, for chemicals 90.3%.",
        ["0.812 disease recall", "0.903 chemical recall"],
    ),
    ("The file shrinks to a quarter.", []),
    (
        "The student has half the parameters of the teacher.",
        ["2 student reduction of parameters versus teacher"],
    ),
    (
        "Compared with the teacher's 39 ms, the student takes 11 ms.",
        ["39 teacher latency", "11 student latency"],
    ),
    ("Whereas v1 scored 76.06, v2 scores 80.70 macro F1.", ["0.7606 v1 macro f1", "0.807 v2 macro f1"]),
    ("It uses 3x fewer parameters than the teacher.", ["3 model reduction of parameters versus teacher"]),
    ("A 75% size reduction.", ["4 reduction of size"]),
    ("A 2.3x speedup over the FP32 model.", ["2.3 speed_up of latency versus fp32"]),
    ("Throughput rises from 40 to 120 documents per second.", ["40 before throughput", "120 throughput"]),
    ("Sparsity: 40%", ["0.4 sparsity"]),
    ("Inference on an A100 takes 3.1 ms per document.", ["3.1 latency a100"]),
    (
        "The INT8 model loses only 0.07 points of macro F1 (0.8401 to 0.8394).",
        ["-0.0007 int8 macro change of f1", "0.8401 before int8 macro f1", "0.8394 int8 macro f1"],
    ),
    ("El modelo alcanza un F1 de 0,87 en BC5CDR.", ["0.87 f1 bc5cdr"]),
    ("Das Modell erreicht 80,4 % F1.", ["0.804 f1"]),
    ("该模型在 BC5CDR 测试集上的 F1 为 0.87。", ["0.87 f1 bc5cdr"]),
    ("See Table 3 and Section 4.2 for F1 scores.", []),
    ("F1 is 10.8% higher than before.", ["0.108 change of f1"]),
    ("99.5% of requests finish within 40 ms.", ["40 latency"]),
    ("The accuracy of both models is above 90%.", ["0.9 accuracy"]),
    ("Only 5% of the training data was used.", []),
    ("We keep 93% of the documents.", []),
    ("1.2M sentences were labelled, 34k by hand.", []),
    ("The model card lists 15 entity types.", ["15 count label"]),
    ("In 2023, F1 rose.", []),
    (
        "Accuracy of 97% on train, 91% on dev and 89% on test.",
        ["0.97 accuracy train", "0.91 accuracy validation", "0.89 accuracy test"],
    ),
    (
        "We compare with GPT-4 (F1 0.82) and GPT-4o (F1 0.85); ours reaches 0.84.",
        ["0.82 gpt 4 f1", "0.85 gpt 4o f1", "0.84 model f1"],
    ),
    ("Its F1 is 0.88.", ["0.88 model f1"]),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES, ids=[text[:60] for text, _ in SENTENCES])
def test_a_sentence_says(text, expected):
    assert facts(text) == expected
