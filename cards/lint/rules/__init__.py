"""The rules, each in the module that the first part of its id names: `labels.id` stands in labels.py."""
