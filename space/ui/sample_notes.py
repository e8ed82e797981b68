"""Sample notes of several kinds, all invented for this page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A note. `missed` and `wrong` are what the bundled student gets wrong in it, the worst of each first; a
    test holds them."""

    title: str
    text: str
    lesson: str  # why, or what to take from it
    missed: tuple[str, ...] = ()  # mentions that it does not find
    wrong: tuple[tuple[str, str], ...] = ()  # text and label of what it finds and should not

    @property
    def about(self) -> str:
        """Its worst error in words, others after it."""
        errors = [f"marks “{text}” as {label}" for text, label in self.wrong]
        errors += [f"misses “{text}”" for text in self.missed]
        if not errors:
            return f"The bundled student makes no error here. {self.lesson}"
        worst, *others = errors
        also = f" It also {_listed(others)}." if others else ""
        return f"The bundled student’s worst error here: it {worst}.{also} {self.lesson}"


def _listed(items: list[str]) -> str:
    *rest, last = items
    return f"{', '.join(rest)} and {last}" if rest else last


EXAMPLES = (
    Example(
        "Adverse reaction",
        "A 64-year-old man with hypertension and type 2 diabetes was started on lisinopril and metformin. "
        "Within two weeks he developed a dry cough and angioedema. Lisinopril was stopped and replaced by "
        "losartan; the angioedema resolved in 48 hours. Six months later he was admitted with lactic "
        "acidosis, attributed to metformin in the setting of acute renal failure after contrast media.",
        "A class of substances is easier to overlook than a drug’s name.",
        missed=("contrast media",),
    ),
    Example(
        "Abstract",
        "Cisplatin-induced nephrotoxicity limits its use in ovarian cancer. We studied whether "
        "N-acetylcysteine protects against cisplatin nephrotoxicity in rats. Animals given cisplatin "
        "(6 mg/kg) showed tubular necrosis and raised serum creatinine; N-acetylcysteine attenuated both. "
        "Magnesium supplementation had no effect on hypomagnesemia or on cisplatin-associated seizures.",
        "It learned from abstracts like this one.",
    ),
    Example(
        "Greek letters, doses",
        "Interferon-α plus ribavirin led to depression in 3 of 41 patients with chronic hepatitis C; "
        "β-carotene (25 mg/d) and 5-fluorouracil did not. Plasma 1,25-dihydroxyvitamin D₃ fell below "
        "20 pg/mL 😕, and naïve patients showed Ménière’s disease-like vertigo after gentamicin 240 µg.",
        "Letters and signs of any kind keep their places.",
    ),
    Example(
        "Fails: shorthand",
        "58F, PMH: HTN, T2DM, GERD, s/p MI 2019.\nMeds: ASA 81 mg qd, metoprolol 50 mg bid, atorvastatin "
        "40 mg qhs, omeprazole prn.\nC/o myalgia x3 wk since statin dose doubled. CK 1,840. No dark urine.\n"
        "A/P: likely statin myopathy - hold atorvastatin, recheck CK in 1 wk. Cont. ASA.",
        "It learned from abstracts, where such shorthand is rare.",
        missed=("HTN", "MI"),
        wrong=(("T2DM", "Chemical"),),
    ),
    Example(
        "Fails: new words",
        "Bilateral lower extremity deep vein thrombosis and pulmonary embolism after COVID-19 infection; "
        "semaglutide and pembrolizumab were stopped.",
        "Its texts are older than that disease, though the new drugs' names look familiar.",
        missed=("COVID-19",),
        wrong=(("COVID", "Chemical"), ("infection", "Disease"), ("vein thrombosis", "Disease")),
    ),
    Example(
        "Fails: homonyms",
        "Dr. Parkinson saw Mr. Gold, who has Parkinson's. The ECG shows depression of the ST segment. "
        "Depression after interferon was treated with sertraline.",
        "A name is taken for the disease called after it, a line of the ECG for a mood.",
        missed=("interferon",),
        wrong=(("Parkinson", "Disease"), ("depression", "Disease")),
    ),
    Example(
        "Fails: denied, in the family",
        "The patient denies chest pain, fever or nausea. No history of seizures. Family history: father had "
        "myocardial infarction. Allergic to penicillin; never took warfarin.",
        "It finds mentions, and does not read who has what, or whether.",
        wrong=(("myocardial infarction", "Disease"), ("chest pain", "Disease"), ("Allergic", "Disease")),
    ),
)
