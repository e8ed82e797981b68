"""Invented notes of several kinds. Nobody's data: every one was written for this page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    title: str
    text: str


EXAMPLES = (
    Example(
        "Adverse reaction",
        "A 64-year-old man with hypertension and type 2 diabetes was started on lisinopril and metformin. "
        "Within two weeks he developed a dry cough and angioedema. Lisinopril was stopped and replaced by "
        "losartan; the angioedema resolved in 48 hours. Six months later he was admitted with lactic "
        "acidosis, attributed to metformin in the setting of acute renal failure after contrast media.",
    ),
    Example(
        "Abstract",
        "Cisplatin-induced nephrotoxicity limits its use in ovarian cancer. We studied whether "
        "N-acetylcysteine protects against cisplatin nephrotoxicity in rats. Animals given cisplatin "
        "(6 mg/kg) showed tubular necrosis and raised serum creatinine; N-acetylcysteine attenuated both. "
        "Magnesium supplementation had no effect on hypomagnesemia or on cisplatin-associated seizures.",
    ),
    Example(
        "Clinic shorthand",
        "58F, PMH: HTN, T2DM, GERD, s/p MI 2019.\nMeds: ASA 81 mg qd, metoprolol 50 mg bid, atorvastatin "
        "40 mg qhs, omeprazole prn.\nC/o myalgia x3 wk since statin dose doubled. CK 1,840. No dark urine.\n"
        "A/P: likely statin myopathy - hold atorvastatin, recheck CK in 1 wk. Cont. ASA.",
    ),
    Example(
        "Greek letters, doses",
        "Interferon-α plus ribavirin led to depression in 3 of 41 patients with chronic hepatitis C; "
        "β-carotene (25 mg/d) and 5-fluorouracil did not. Plasma 1,25-dihydroxyvitamin D₃ fell below "
        "20 pg/mL 😕, and naïve patients showed Ménière’s disease-like vertigo after gentamicin 240 µg.",
    ),
    Example(
        "Often wrong: homonyms, shorthand, typos",
        "Lead V2 shows ST elevation; the lead nurse was told. Her hands are cold but she has no cold. "
        "Pt denies CP, SOB or HA. Mother died of breast ca. Took two asprin and some tylonol for her "
        "migrane, then an iron. Gold standard for depression of the ST segment remains the ECG.",
    ),
)
