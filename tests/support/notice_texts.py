"""Invented texts that draw a notice, of which kind, and such as draw none."""

OTHER_LANGUAGES = [
    "Der Patient wurde mit akuten Brustschmerzen und Atemnot und Fieber in die Notaufnahme eingeliefert.",
    "Le patient a été admis aux urgences pour une douleur thoracique aiguë et il a reçu de l'aspirine.",
    "El paciente fue ingresado en urgencias por dolor torácico agudo y disnea, y recibió aspirina.",
    "Il paziente è stato ricoverato al pronto soccorso per dolore toracico acuto e ha ricevuto aspirina.",
    "O paciente deu entrada no serviço de urgência por dor torácica aguda e dispneia, e recebeu aspirina.",
    "De patiënt werd opgenomen op de spoedeisende hulp met acute pijn op de borst en hij kreeg aspirine.",
    "Pacjent został przyjęty na oddział ratunkowy z powodu ostrego bólu w klatce piersiowej i duszności.",
    "Patienten lades in på akutmottagningen på grund av akut bröstsmärta och andnöd och han fick aspirin.",
    "Hasta akut göğüs ağrısı ve nefes darlığı nedeniyle acil servise başvurdu, aspirin ve heparin verildi.",
    "Пациент поступил в отделение неотложной помощи с острой болью в груди и одышкой.",
    "Ο ασθενής εισήχθη στα επείγοντα με οξύ θωρακικό άλγος και δύσπνοια.",
    "患者因急性胸痛和呼吸困难被送入急诊科。",
    "患者は急性の胸痛と呼吸困難のため救急外来に搬送された。",
    "환자는 급성 흉통과 호흡곤란으로 응급실에 내원하였다.",
    "أُدخل المريض إلى قسم الطوارئ بسبب ألم حاد في الصدر.",
    "रोगी को तीव्र सीने में दर्द के कारण भर्ती कराया गया।",
    "胸痛発作",  # short, but clear
]
SHORTHAND = [
    "pt c/o sob x3d, h/o htn dm2, rx asa 81 qd",
    "72M w/ hx CAD s/p CABG x3, DM2, CKD3 p/w CP x2h, SOB, diaph. EKG NSR, no STE. r/o ACS. cont ASA, BB.",
    "s/p TKA POD2, AFVSS, pain ctrl w/ PO meds, tol reg diet, amb w/ PT, inc c/d/i. dispo: SNF tmrw.",
    "dx: chf, htn, dm, ckd. meds: asa 81, metop 25 bid, lisin 10, lasix 40 bid, ins 20u qhs. all: pcn.",
    "f/u htn. bp 148/92 hr 78 wt 210. no cp/sob/ha. cont hctz 25, inc lisin 20. bmp 2wk. rtc 3mo.",
]
PLAIN = [
    "A 64-year-old man with hypertension and diabetes presented with chest pain. Aspirin was given.",
    "Patient denies fever, chills, nausea or vomiting. No known drug allergies. Lungs clear bilaterally.",
    "Metoprolol 25 mg PO BID\nLisinopril 10 mg PO daily\nAtorvastatin 40 mg at bedtime",
    "aspirin, metoprolol, lisinopril, atorvastatin, clopidogrel, warfarin, furosemide, amlodipine, "
    "omeprazole, levothyroxine, gabapentin, hydrochlorothiazide",
    "Asthma\nDiabetes mellitus\nGout\nHypertension\nHyperlipidemia\nOsteoarthritis\nHypothyroidism\nAnemia",
    "Effects of TNF-α and IL-6 on NF-κB in Sjögren's syndrome: a double-blind, placebo-controlled trial.",
    "The IC50 of N-(4-hydroxyphenyl)acetamide was 3.2 µM; 2-acetoxybenzoic acid was inactive.",
]
TOO_SHORT = [
    "",
    " \n",
    "123",
    "\ud800\udc00 \ud800",
    "nausea",
    "β",
    "Fieber und Husten",
    "pt c/o sob",
    "胸痛",
]
