"""Measuring: scores, statistics, latency, energy, and where a claim comes from. Free of torch."""
