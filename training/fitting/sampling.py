"""Sampling: which windows an epoch takes, and in which order."""

from collections.abc import Iterator, Mapping, Sequence

import torch
from torch.utils.data import Sampler
from transformers.trainer_pt_utils import get_length_grouped_indices


class EpochSampler(Sampler[int]):
    """Draws windows of similar length together, and of each corpus as many as its weight says.

    Weight 1 takes every window once, 0.5 half of them, 2.5 each twice and half of them once more; which half
    is drawn anew in each epoch. Seed and epoch alone decide, so that a training that was killed goes on as it
    would have.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        corpora: Sequence[str],
        weights: Mapping[str, float],
        batch_size: int,
        seed: int,
    ):
        """Group the windows by corpus.

        Args:
            lengths: tokens of each window.
            corpora: the corpus of each window.
            weights: of the corpora; 1 where none is given.
            batch_size: windows of a batch.
            seed: with the epoch, what the draws depend on.
        """
        self.lengths, self.batch_size, self.seed, self.epoch = lengths, batch_size, seed, 0
        members: dict[str, list[int]] = {}
        for window, corpus in enumerate(corpora):
            members.setdefault(corpus, []).append(window)
        self.groups = [(torch.tensor(own), weights.get(corpus, 1.0)) for corpus, own in members.items()]

    def __len__(self) -> int:
        return sum(round(weight * len(own)) for own, weight in self.groups)

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch comes next; transformers' Trainer calls it."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        random = torch.Generator().manual_seed(self.seed * 1_000_003 + self.epoch)
        drawn: list[int] = []
        for own, weight in self.groups:
            whole, rest = divmod(round(weight * len(own)), len(own))
            drawn += own.tolist() * whole + own[torch.randperm(len(own), generator=random)[:rest]].tolist()
        lengths = [self.lengths[window] for window in drawn]
        order = get_length_grouped_indices(lengths, self.batch_size, generator=random)
        return iter([drawn[place] for place in order])
