"""Heads of tables: a closed list of metrics, statistics and names. What has other words is not read."""

import re
from dataclasses import dataclass
from functools import lru_cache

from .numbers import BYTES, MULTIPLES, SECONDS

# By what they count: shares of 1 (or of 100%), correlations, times, bytes, things, or anything else.
_METRICS: dict[str, dict[str, str]] = {
    "share": {
        "precision": "precision, prec, p",
        "recall": "recall, rec, r",
        "f1": "f1, f1 score, f1score, f score, fscore, f, f1 measure, f measure",
        "accuracy": "accuracy, acc, categorical accuracy",
        "sensitivity": "sensitivity, tpr",
        "specificity": "specificity, tnr",
        "auroc": "auroc, auc, roc auc, rocauc, auc roc",
        "auprc": "auprc, pr auc, average precision, map",
        "iou": "iou, miou, mean iou",
        "dice": "dice, dice score",
        "exact match": "exact match, em",
        "top 1": "top 1, top1, top 1 accuracy, top1 accuracy, acc@1",
        "top 5": "top 5, top5, top 5 accuracy, top5 accuracy, acc@5",
        "mrr": "mrr",
        "uas": "uas",
        "las": "las",
    },
    "correlation": {
        "mcc": "mcc, matthews correlation",
        "kappa": "kappa, cohen kappa",
        "pearson": "pearson, pearsonr",
        "spearman": "spearman, spearmanr",
    },
    "time": {"latency": "latency, inference time, response time", "time": "time, duration, runtime"},
    "size": {"size": "size, file size, model size, disk size, size on disk, download size"},
    "count": {
        "support": "support",
        "parameters": "parameters, params, number of parameters, parameter count, #params",
        "count": "count, counts, number, #, # examples, # samples, # sentences, # tokens, # images",
        "examples": "examples, samples, instances, number of examples, number of samples",
        "texts": "sentences, documents, docs, abstracts, rows, records, images, utterances",
        "tokens": "tokens, words",
        "entities": "entities, mentions",
    },
    "any": {"loss": "loss", "epoch": "epoch, epochs", "step": "step, steps"},
}
_OTHERS = (
    "perplexity, ppl, wer, cer, mse, rmse, mae, bleu, rouge1, rouge2, rougel, rougelsum, rouge 1, rouge 2, "
    "rouge l, chrf, chr f, sacrebleu, meteor, gen len, runtime, samples per second, steps per second, "
    "per type, per feat"
)
# Differences and intervals are other numbers than the metric beside them says.
COMPARES = re.compile(
    r"[Δδ±]|\b(?:change|diff\w*|delta|gain|improve\w*|ratio|vs|relative|drop|ci|std|stdev|variance|deviation)\b",
    re.I,
)
_STATISTICS = {"min": "min, minimum", "p50": "p50, median", "mean": "mean", "p90": "p90", "p95": "p95"}
_STATISTICS |= {"p99": "p99", "max": "max, maximum"}
_SPLITS = "train, training, dev, development, eval, evaluation, val, valid, validation, test, testing"
_FILLERS = "avg, average, averaged, overall, score, scores, the, of, level, seqeval, ner, ents"


def _texts(texts: str) -> frozenset[str]:
    return frozenset(text.strip() for text in texts.split(","))


CLASSES = _texts(
    "class, classes, label, labels, type, types, entity, entity type, entity types, tag, tags, category, "
    "categories, emotion, intent, relation"
)
_NAMES = _texts(
    "model, models, name, names, model name, model id, file, files, filename, file name, format, variant, "
    "version, dataset, datasets, data set, data, corpus, split, splits, set, subset, task, tasks, language, "
    "languages, lang, method, system, stage, run, fold, seed, setting, quantization, checkpoint, benchmark, "
    "metric, metrics, statistic, measure, id, label id, domain, group"
)
_UNITS = {"%", *BYTES, *MULTIPLES, *SECONDS}
_UNIT = re.compile(r"[(\[]\s*(?:in\s+)?(%|[a-zµ]{1,5})\s*[)\]]|(?<=\w)\s*(%)\s*$")
_MARKS = re.compile(r"[↑↓⬆⬇️▲▼*†‡:]")
_BETWEEN = re.compile(r"[\s\-_–/()\[\],]+")
_LONGEST_PHRASE = 4  # words


@dataclass(frozen=True)
class Head:
    """What a head says; one of names has no kind."""

    text: str
    kind: str = ""  # "share", "correlation", "time", "size", "count", "any"
    metric: str = ""
    average: str = ""  # "micro", "macro", "weighted"
    split: str = ""
    statistic: str = ""  # "p50", "max" ...
    part: str = ""  # words on no list beside a metric: "drug" in "Drug F1"
    unit: str = ""

    @property
    def same(self) -> tuple[str, ...]:
        """What must agree for two metrics to be of one measurement."""
        return (self.average, self.split, self.statistic, self.part)


def _known() -> dict[str, tuple[str, str]]:
    """By the words of a head, what they are and the name for it."""
    found = dict.fromkeys(_texts(_FILLERS), ("filler", ""))
    found |= {spelled: ("split", spelled) for spelled in _texts(_SPLITS)}
    found |= {spelled: ("average", spelled) for spelled in ("micro", "macro", "weighted")}
    found |= {spelled: ("any", spelled) for spelled in _texts(_OTHERS)}
    for name, texts in _STATISTICS.items():
        found |= dict.fromkeys(_texts(texts), ("statistic", name))
    for kind, metrics in _METRICS.items():
        for name, texts in metrics.items():
            found |= dict.fromkeys(_texts(texts), (kind, name))
    return found


_KNOWN = _known()
_OF_NAMES = {*CLASSES, *_NAMES, ""}


@lru_cache(4096)
def read_head(text: str) -> Head | None:
    """What the head of a row or column says, its markup taken off; None where the lists do not know it."""
    lower = " ".join(_MARKS.sub(" ", text.lower()).split())
    if COMPARES.search(text):
        return None
    if lower in _OF_NAMES:
        return Head(lower)
    unit = ""
    if (found := _UNIT.search(lower)) and (found[1] or found[2]) in _UNITS:
        unit = found[1] or found[2]
        lower = f"{lower[: found.start()]} {lower[found.end() :]}"
    words = [word for word in _BETWEEN.split(lower) if word]
    said: dict[str, str] = {"unit": unit}
    part: list[str] = []
    while words:
        length, (what, name) = _phrase(words)
        words = words[length:]
        if what in _METRICS and "metric" in said:
            said |= {"kind": "any", "metric": f"{said['metric']} {name}"}  # of two metrics nothing is known
        elif what in _METRICS:
            said |= {"kind": what, "metric": name}
        elif what == "unknown":
            part.append(name)
        elif what != "filler":
            if said.get(what):
                return None
            said[what] = name
    if "metric" not in said and said.get("statistic"):
        said |= {"kind": "time" if unit in SECONDS else "any", "metric": ""}
    if "kind" not in said and lower.endswith(("score", "scores")):
        said |= {"kind": "any", "metric": "score"}
    if not said.get("kind") or len(part) > 2:
        return None
    return Head(text, part=" ".join(part), **said)


def _phrase(words: list[str]) -> tuple[int, tuple[str, str]]:
    """The longest known beginning: of how many words it is, and what it says."""
    for length in range(min(_LONGEST_PHRASE, len(words)), 0, -1):
        if known := _KNOWN.get(" ".join(words[:length])):
            return length, known
    return 1, ("unknown", words[0])
