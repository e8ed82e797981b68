"""Steps: what a run makes, a module for each kind: `run(context) -> claims`."""
