"""What must not stand on a card: secrets, data of patients, and promises that the card itself breaks."""

import re
from collections.abc import Iterator

from ..finding import Finding, error, rule, warning
from ..subject import Subject

# Tokens of services, by the prefixes that they publish for this purpose.
_SECRETS = {
    "a token of the Hub": r"\bhf_[A-Za-z0-9]{30,}\b",
    "an API key": r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,}",
    "an AWS access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a GitHub token": r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})\b",
    "a Google API key": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a Slack token": r"\bxox[abprs]-[0-9A-Za-z-]{10,}",
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "a password in an address": r"\bhttps?://[^\s/:@]+:(?!\$|<|\{|password|token)[^\s/:@]{6,}@",
}
_PLACEHOLDER = re.compile(r"(.)\1{7,}|x{4}|your|example|token_here|\.\.\.", re.IGNORECASE)

_DATE = r"(?:\d{1,4}[-/.] ?\d{1,2}[-/.] ?\d{1,4}|\d{1,2} \w{3,9} \d{4}|\w{3,9} \d{1,2},? \d{4})"
# English, and what the letters of German, French, Spanish, Italian, Dutch and Portuguese hospitals say.
_BIRTH = (
    r"(?:\bD\.?O\.?B\.?|\bdate of birth|\bborn(?: on)?|\bbirth ?date|\bgeb(?:\.|oren)(?: am| op)?"
    r"|\bgeburtsdatum|\bnée? le|\bné\(e\) le|\bdate de naissance|\bnacid[oa](?: el)?"
    r"|\b(?:fecha|data) de na[cs]\w+"
    r"|\bnat[oa] il|\bnascid[oa] (?:em|a)|\bdata di nascita|\bgeboortedatum)"
)
_RECORD = (
    r"(?:MRN|medical record(?: number| no\.?)?|patient (?:id|number|no\.?)|NHS(?: number| no\.?)?|IPP|NHC|BSN"
    r"|(?:pati[eë]nt(?:en)?|fall|aufnahme)-?\s?(?:nr\.?|nummer|id)|num[eé]ro de (?:dossier|patient)"
    r"|(?:n[uú]mero de )?historia cl[ií]nica|cartella clinica|prontu[aá]rio)(?:\s?(?:n[°ºr]\.?|n[uú]mero))?"
)
_SSN = r"\d{3}-?\d{2}-?\d{4}"
_PLAIN_SSN = r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])"
_PHONE = (
    r"\b(?:phone|t[eé]l|tele(?:ph|f)one?|t[eé]l[eé](?:phone|fono)|telefoon|cell|mobile|call)\b"
    r"\W{0,3}(?:\w+\W{1,2}){0,2}"
)
_IDENTIFYING = {
    "a date of birth": rf"{_BIRTH}\W{{1,4}}{_DATE}",
    "a number of a patient": rf"\b{_RECORD}\W{{1,4}}[A-Z]{{0,3}}-?\d[\d -]{{4,}}\d",
    "a social security number": rf"(?:\bSSN\W{{1,4}}|\bsocial security\D{{1,12}}){_SSN}\b|{_PLAIN_SSN}",
    "a phone number": rf"{_PHONE}\+?[\d(][\d ().-]{{7,}}\d",
}
_MAIL = r"\b[\w.+-]+@(?!example|test|domain|email\.com|localhost)[\w-]+\.[a-z]{2,}\b"
_EXAMPLE = re.compile(r"\b(?:patients?|examples?|notes?)\b|text\s*[:=]|\(\s*[\"']", re.IGNORECASE)
_CLINICAL = re.compile(
    r"\b(?:patients?|D\.?O\.?B|date of birth|birth ?date|admi(?:tted|ssion)|discharged?|hospital|clinic\w*"
    r"|diagnos\w+|presents? with|presented with|prescribed|(?:Mr|Mrs|Ms)\.? [A-Z])",
    re.IGNORECASE,
)
# Models that find such details need examples that hold some.
_FINDS_THEM = re.compile(
    r"\bde-?identif(?:ication|y|ies|ier)\b|\banonymi[sz](?:ation|es?|er|ing)\b|(?<![a-z])pii(?![a-z])"
    r"|\bpersonally identifi|\bredact(?:s|ion|or)?\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(r"\b(?:john|jane) (?:\w\.? )?doe\b|\bmustermann\b", re.IGNORECASE)
_INVENTED = re.compile(
    r"\b(?:synthetic|fictional|fictitious|invented|made[- ]up|fake"
    r"|erfunden\w*|fikti[vf]\w*|fictive?s?|fictici[oa]s?|inventat[aoie]|inventad[oa]s?|verzonnen"
    r"|not (?:a )?real|no real|simulated|dummy"
    r"|de-?identified|anonymi[sz]ed)\b",
    re.IGNORECASE,
)
_KEEPS = re.compile(
    r"\b(?:never leaves?|(?:does|do)(?: not|n't) leave|100% (?:local|private|offline)|HIPAA[- ]compliant"
    r"|stays? (?:on|in|within) (?:your|the) (?:device|machine|computer|browser|hospital|premises)"
    r"|no (?:data|text|phi|patient data)[^.\n]{0,20} (?:is |are )?(?:sent|transmitted|uploaded|leaves)"
    r"|(?:runs?|works?) (?:entirely |fully |only |completely )?(?:on[- ]device|offline|locally))\b",
    re.IGNORECASE,
)
_SENDS = re.compile(
    r"\b(?:InferenceClient|api-inference\.huggingface\.co|router\.huggingface\.co|inference endpoints?"
    r"|hosted (?:demo|api|endpoint|inference|space|server|service)|cloud api|hf\.space"
    r"|(?:our|my) (?:server|api|cloud|endpoint)|huggingface\.co/spaces/|hugging face space"
    r"|requests\.post\(\s*[\"']https?://(?!localhost|127\.)"
    r"|curl (?:-\S+ )*[\"']?https?://(?!localhost|127\.)\S*(?:predict|infer|api|tag))",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:not|unlike|whereas|except|only in|instead|do not paste|but the (?:space|demo))\b", re.IGNORECASE
)


@rule("privacy.secret")
def secrets(subject: Subject) -> Iterator[Finding]:
    """No token, password or key stands on a card."""
    for what, pattern in _SECRETS.items():
        for found in re.finditer(pattern, subject.text):
            if not _PLACEHOLDER.search(found[0]):
                right = "a placeholder; revoke it, since the history of the repository keeps it"
                shown = f"{what} ({found[0][:6]}…)"  # a report is no place for a secret either
                yield error("privacy.secret", subject.at(found.start()), shown, right)


@rule("privacy.patient")
def patients(subject: Subject) -> Iterator[Finding]:
    """Examples hold no name with what identifies a person: birth, record number, phone, address."""
    for start, text in _passages(subject):
        found = {
            what: match
            for what, pattern in _IDENTIFYING.items()
            if (match := re.search(pattern, text, re.IGNORECASE))
        }
        if found.keys() == {"a phone number"} and not _EXAMPLE.search(text):
            continue  # how to reach whoever made the model
        if found.keys() == {"a date of birth"} and not _CLINICAL.search(text):
            continue  # the first line of a life in an encyclopaedia
        if found and (mail := re.search(_MAIL, text)):
            found["an e-mail address"] = mail
        if not found or re.search(r"X{3,}|_{3,}|\[[A-Z]+\]|\*{3,}", text):
            continue
        grave = len(found) > 1 or "a social security number" in found
        meant = _NOBODY.search(text) or _FINDS_THEM.search(subject.text)
        report = error if grave and not meant else warning
        around = subject.text[max(0, start - 400) : start + len(text) + 200]
        if _INVENTED.search(around):
            continue
        first = min(found.values(), key=lambda match: match.start())
        right = "an invented example that is said to be one, without identifying details"
        yield report("privacy.patient", subject.at(start + first.start()), " and ".join(found), right)


@rule("privacy.hosted")
def hosted(subject: Subject) -> Iterator[Finding]:
    """A card that promises that no text leaves the device sends it to no server."""
    promise = next((m for m in _KEEPS.finditer(subject.text) if not _hedged(subject.text, m)), None)
    sends = _SENDS.search(subject.text)
    if promise and sends and not _hedged(subject.text, sends):
        line = subject.at(sends.start()).line
        found = f"{promise[0]!r}, and {sends[0]!r} (line {line})"
        right = "a promise that holds for every way of use that the card shows, or that says for which"
        absolute = re.search(r"never|no (?:data|text|phi)|not leave|n't leave", promise[0], re.IGNORECASE)
        report = error if absolute else warning
        yield report("privacy.hosted", subject.at(promise.start()), found, right)


def _passages(subject: Subject) -> Iterator[tuple[int, str]]:
    """Paragraphs, table rows and code; front matter line by line."""
    for found in re.finditer(r"[^\n](?:[^\n]|\n(?![ \t]*\n|\|))*", subject.text):
        yield found.start(), found[0]


def _hedged(text: str, found: re.Match) -> bool:
    """Whether the sentence says that it holds for some ways of use only."""
    start = max(text.rfind(".", 0, found.start()), text.rfind("\n\n", 0, found.start())) + 1
    end = text.find(".", found.end())
    return bool(
        _HEDGED.search(text[start : found.start()] + text[found.end() : end if end > 0 else None][:160])
    )
