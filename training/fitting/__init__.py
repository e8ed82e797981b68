"""Fitting: examples, losses and the training loop that every step with a training shares."""
