"""Admission control: who may ask, for what, how much and how long; decided before a route sees a request."""
