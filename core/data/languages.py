"""Which language a text is in, told by its function words or its script; short texts are not judged.

The method is the oldest one there is: the words that hold sentences together are the commonest of a
language and hardly occur in others. It needs no model and no download, and it can be read. It tells seven
languages in Latin letters apart, and nine other scripts; a text in another language is not judged.
"""

from __future__ import annotations

import re

# Fewer words, or fewer function words, tell too little: "Oui, Chef!" may be a headline in English.
FEWEST_WORDS, FEWEST_HITS, LEAST_SHARE = 5, 3, 0.2
WORD = re.compile(r"\w+")
SCRIPTS = {
    "Greek": "\u0370-\u03ff",
    "Cyrillic": "\u0400-\u052f",
    "Hebrew": "\u0590-\u05ff",
    "Arabic": "\u0600-\u06ff",
    "Devanagari": "\u0900-\u097f",
    "Thai": "\u0e00-\u0e7f",
    "Hangul": "\u1100-\u11ff\uac00-\ud7af",
    "Japanese": "\u3040-\u30ff",
    "Chinese": "\u3400-\u4dbf\u4e00-\u9fff",
}
OTHER = re.compile(f"[{''.join(SCRIPTS.values())}]")
IN_SCRIPT = {name: re.compile(f"[{letters}]") for name, letters in SCRIPTS.items()}
LETTER = re.compile(r"[^\W\d_]")

# Words that English has too ("die", "come", "son", "era") are left out of the others.
FUNCTION_WORDS = {
    "English": "the of and to in is it that for with on are was as be this by from at have has not but they his "
    "her you we he she their what how why who when if about more will can your our my its an or so up "
    "out all than been were do does a i who's don't after over new into just there these those which "
    "would could should some no",
    "Spanish": "el la los las del que y en un una por con para se su es lo como más pero sus le ya este esta sí "
    "porque cuando muy sobre también hasta hay donde quien desde todo nos durante todos uno ni contra "
    "otros ese eso ante ellos estos mi antes algunos qué unos otro otras está son fue ha al",
    "French": "le la les des du et en un une est que qui dans pour au aux ce cette il elle sur avec par ne pas "
    "plus se sont ses leur mais ou où nous vous je été être ont fait comme tout sans sous deux aussi "
    "ces si entre après même chez qu",
    "German": "der das und zu den mit von für auf ist im dem nicht ein eine einen einer eines sich des als auch "
    "es aus bei nach wie oder noch nur wir ich sie er ihr hat sind wird werden über vor zum zur mehr "
    "durch wenn kann gegen vom",
    "Italian": "il lo la gli le di del della dei delle che è e un una per con non si da nel nella al alla sono più "
    "anche ma ha questo questa come dal dalla degli suo sua ed tra o loro ai dopo senza fra perché "
    "quando",
    "Portuguese": "o os as um uma de do da dos das que e é em no na nos nas para por não se mais ao aos à ou seu "
    "sua foi são mas como já também ele ela pelo pela até isso entre era depois sem mesmo quando muito",
    "Dutch": "de het een en van ik te dat die er maar niet met voor op zijn ze aan bij ook als dan naar nog wel "
    "geen uit om heeft hebben wordt worden door over deze dit werd hij wij jij hun meer waar",
}  # fmt: skip
SHARED_WITH_ENGLISH = {"die", "son", "era", "come", "me", "no", "on", "as", "do", "per", "dove", "sin", "dan", "pour"}
SPEAKS: dict[str, tuple[str, ...]] = {}
for _language, _words in FUNCTION_WORDS.items():
    for _word in set(_words.split()):
        # A single letter is an initial in any language: "D.C."
        if _language == "English" or (len(_word) > 1 and _word not in SHARED_WITH_ENGLISH):
            SPEAKS[_word] = (*SPEAKS.get(_word, ()), _language)
NAMES = (*FUNCTION_WORDS, *SCRIPTS)


def language_of(text: str) -> str | None:
    """Return the language of ``text``, or its script where that is not Latin; None where nobody can tell.

    >>> language_of("El presidente dijo que no hay dinero para los hospitales")
    'Spanish'
    """
    if OTHER.search(text):
        letters = len(LETTER.findall(text))
        counts = {name: len(found.findall(text)) for name, found in IN_SCRIPT.items()}
        # Japanese is written in Chinese characters as well.
        counts["Japanese"] += counts["Chinese"] if counts["Japanese"] else 0
        script = max(counts, key=lambda name: counts[name])
        if counts[script] > letters / 2:
            return script
    words = WORD.findall(text.lower())
    if len(words) < FEWEST_WORDS:
        return None
    hits = dict.fromkeys(FUNCTION_WORDS, 0)
    for word in words:
        for language in SPEAKS.get(word, ()):
            hits[language] += 1
    first, second = sorted(hits, key=lambda language: -hits[language])[:2]
    enough = hits[first] >= max(FEWEST_HITS, LEAST_SHARE * len(words))
    return first if enough and hits[first] > hits[second] else None
