"""Cards rendered from a ledger of measured claims, and the lint that refuses a wrong one.

    ledger.py      claims: every measured number, typed
    derived.py     figures computed from claims (retention, speed-up, reduction)
    values.py      a reference such as "student.int8.test.macro.f1#interval.low" -> its value
    formats.py     a value -> the text that a reader sees
    numbers.py     the one way a number gets into a card, and the map of where it stands
    snippets.py    usage snippets: their code, and running them
    metadata.py    the YAML front matter, with model-index
    tasks.py       which scores a model of each task has
    limits.py      what was not measured, derived from the claims
    licences.py    which licence allows which
    context.py     what templates see
    render.py      folder of a model or a labelled corpus -> README.md + card.map.json + figures
    sections.py    which parts of a card are ours
    regions.py     a new rendering onto a card that people wrote in
    lint/          one module per group of rules
    readme.py      generated sections of the project's README and the Space's
    space_card.py  the published Space's card
    collection.py  what the Hub shows of a run as a whole

A new metric: claims in the ledger, a format for its unit in formats.py, a line in a template.
A new section: prose in templates/model.md.j2 or a task's; numbers only through `number(...)`.
A new figure: a function in derived.py. A new rule: a function in a module of lint/rules/.
"""

import os

# ONNX Runtime reports its use to its maker over the network unless this is set before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
