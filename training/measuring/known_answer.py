"""Known-answer test of a model: writes `golden.json`, what its shipped file finds in one fixed text.

Whoever serves the model compares with it before the first request is let in, so that a broken file,
runtime or processor is found there and not in an answer.
"""

import json
from dataclasses import asdict
from pathlib import Path

from space.engine import load

NAME = "golden.json"
DIGITS = 6  # of a score; more would only record one instruction set

# Invented. Longer than a window, and with what offsets go wrong on: an emoji, CRLF, a combining mark.
TEXT = (
    "Case report 🩺\r\n"
    "A 54-year-old woman with hypertension and type 2 diabetes mellitus was treated with lithium carbonate "
    "and metformin. After two weeks she developed nausea, tremor and acute renal failure, and lithium was "
    "stopped.\r\n\r\n"
    "Aspirin caused headache in three patients; no seizures were seen with valproic acid. Sjo\u0308gren's "
    "syndrome and naïve T cells were noted in the mouse. Doxorubicin-induced cardiomyopathy was confirmed "
    "by biopsy in a man with BRCA1-positive breast cancer, and he was given dexrazoxane.\n"
    "No further bleeding was reported after heparin was withdrawn. Cisplatin was given to twelve rats, and "
    "five of them had nephrotoxicity; none of the controls did. In a second series the patients received "
    "amiodarone for atrial fibrillation, and two of them developed hypothyroidism within the first year of "
    "treatment. Serum creatinine and the results of all other laboratory tests remained within normal "
    "limits. A 71-year-old man was started on simvastatin and complained of muscle pain; rhabdomyolysis was "
    "excluded. Phenytoin was replaced by carbamazepine because of ataxia, which resolved within a week."
)


def write(model_folder: Path) -> None:
    """Write the folder's golden.json: {"text", "entities"}, found with the file that the engine takes.

    Raises:
        EngineError: the model cannot be used.
    """
    [entities] = load(model_folder)([TEXT])
    found = [asdict(entity) | {"score": round(entity.score, DIGITS)} for entity in entities]
    golden = {"text": TEXT, "entities": found}
    (model_folder / NAME).write_text(json.dumps(golden, indent=1) + "\n", encoding="utf-8")
