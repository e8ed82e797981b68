"""Which windows an epoch takes."""

from collections import Counter

from training.fitting.sampling import EpochSampler

LENGTHS = [10 + window % 7 for window in range(50)]
CORPORA = ["large"] * 40 + ["small"] * 10


def sampler(weights: dict[str, float], seed: int = 1) -> EpochSampler:
    return EpochSampler(LENGTHS, CORPORA, weights, batch_size=4, seed=seed)


def test_without_weights_an_epoch_takes_every_window_once():
    assert sorted(sampler({})) == list(range(50))
    assert len(sampler({})) == 50


def test_weights_say_how_many_windows_of_a_corpus_an_epoch_takes():
    weighted = sampler({"large": 0.25, "small": 2.5})
    drawn = Counter(weighted)
    assert len(weighted) == drawn.total() == 10 + 25
    assert (
        sum(drawn[window] for window in range(40)) == 10 and max(drawn[window] for window in range(40)) == 1
    )
    assert sorted(drawn[window] for window in range(40, 50)) == [2] * 5 + [3] * 5


def test_seed_and_epoch_alone_decide():
    first, again = sampler({"large": 0.5}), sampler({"large": 0.5})
    epoch_0 = list(first)
    first.set_epoch(1)
    again.set_epoch(1)
    assert list(first) == list(again) != epoch_0
    assert set(first) != set(epoch_0)  # another half of the large corpus
    assert list(sampler({"large": 0.5}, seed=2)) != epoch_0


def test_windows_of_a_batch_are_of_similar_length():
    order = list(sampler({}))
    spread = [
        max(lengths) - min(lengths)
        for lengths in ([LENGTHS[w] for w in order[i : i + 4]] for i in range(4, 48, 4))
    ]
    assert sum(spread) / len(spread) < 3  # 4.6 in random order
