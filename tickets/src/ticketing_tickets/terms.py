"""The words of titles, in the form in which a search compares them: without case and accents."""

import re
import unicodedata

# What every title has: the beginning of any word.
ANY = ""
# Words with more characters are found by all of them or by at most so many of the first.
_MAX_PREFIX = 20
# A compatibility character can decompose into 18.
_MAX_CHARS = 200
# Thai and its neighbours, Burmese, Khmer, kana and ideographs: scripts without spaces, where a character is a word.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Letters that no normal form takes apart, but that are often typed without what makes them special.
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "\u0131": "i", "œ": "oe", "æ": "ae"})
_WORD = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+")


def title_terms(title: str) -> list[str]:
    """What a title is found by: each word, followed by a space, and its prefixes, among them the empty one."""
    terms = {ANY: None}
    for word in _words(title):
        terms |= dict.fromkeys(word[:length] for length in range(1, min(len(word), _MAX_PREFIX) + 1))
        terms[f"{word} "] = None
    return list(terms)


def query_terms(text: str) -> tuple[str, ...]:
    """What titles with all words of the text have; its last word may be the beginning of one of theirs.

    Without text it is what every title has, for a text without words what no title has.
    """
    if not text.strip():
        return (ANY,)
    *whole, last = _words(text) or [" "]
    return tuple(dict.fromkeys([*(f"{word} " for word in whole), last[:_MAX_PREFIX]]))


def _words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    folded = "".join(char for char in decomposed if not unicodedata.category(char).startswith("M"))
    return _WORD.findall(folded.translate(_PLAIN)[:_MAX_CHARS])
