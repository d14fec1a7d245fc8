"""A hint whether a text is in the language its task asks for; the volunteer's word counts more."""

import re
import threading
from dataclasses import dataclass
from itertools import islice

from core.languages import LANGUAGES, Language

# Enough to judge by; longer texts only cost time.
_SIGNS_READ = 2_000
_FEWEST_WORDS = 3
# Chinese, Japanese and Thai do not part their words: two of their signs count as one word.
_WORD = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]{2}|[^\W\d_]+")
# What a text shows in passing says nothing of its language.
_CODE_OR_LINK = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|\w+://\S+|\S+@\S+", re.DOTALL)

_LIKELY = 0.5  # below it a detector is guessing
_CERTAIN = 0.95  # close relatives are told apart only above it

# Which languages the detectors take for one another, in the detectors' own codes.
_RELATIVES = {
    "bar": {"nl", "af", "lb", "da", "no", "sv"},
    "swg": {"nl", "af", "lb", "da", "no", "sv"},
    "ca": {"es", "fr", "oc"},
    "cs": {"sk"},
    "da": {"no"},
    "es": {"gl", "ca"},
    "gl": {"pt", "es", "ca"},
    "hi": {"mr", "ne"},
    "id": {"ms"},
    "ms": {"id"},
    "nb-NO": {"da"},
    "pt-BR": {"gl"},
    "sk": {"cs"},
    "sl": {"sr", "hr"},
    "sr": {"hr", "mk", "sl"},
}

# The code of ours for what py3langid says; German is German before it is a dialect.
_CODES = {entry.detector: entry.code for entry in LANGUAGES.values() if entry.detector}
_CODES["de"] = "de"


@dataclass(frozen=True, slots=True)
class _Guess:
    """What one detector takes a text for, and how sure it is."""

    detected: str
    probability: float


_UNKNOWN = _Guess("", 0.0)


class LanguageHint:
    """Asks py3langid, and langdetect for a second opinion; loads both on first use."""

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._loaded: _Detectors | None = None

    def __call__(self, text: str, expected: str) -> str | None:
        """The language the text seems to be in where both detectors deny the expected one."""
        language = LANGUAGES.get(expected)
        words = _CODE_OR_LINK.sub(" ", text[:_SIGNS_READ])
        if language is None or not _says_enough(words):
            return None

        detectors = self._ready()
        first = detectors.first(words)
        if first.detected == language.detector or first.probability < _needed(expected, first):
            return None
        agreed = _denies(detectors.second(words), language, first)
        return _CODES[first.detected] if agreed else None

    def load(self) -> None:
        """Load the detectors (about a second); called at start, no volunteer waits for it."""
        self._ready()

    def _ready(self) -> "_Detectors":
        with self._loading:
            if self._loaded is None:
                self._loaded = _Detectors()
            return self._loaded


class _Detectors:
    """Both libraries behind one shape; the only place that knows their interfaces."""

    def __init__(self) -> None:
        from langdetect import PROFILES_DIRECTORY, DetectorFactory
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(sorted(_CODES))
        self._factory = DetectorFactory()
        self._factory.seed = 0  # unseeded, the same text gives different answers
        self._factory.load_profile(PROFILES_DIRECTORY)

    def first(self, text: str) -> _Guess:
        detected, probability = self._identifier.classify(text)
        return _Guess(detected, float(probability))

    def second(self, text: str) -> _Guess:
        from langdetect import LangDetectException

        detector = self._factory.create()
        detector.append(text)
        try:
            best = detector.get_probabilities()[:1]
        except LangDetectException:
            return _UNKNOWN
        return _Guess(best[0].lang.replace("zh-tw", "zh-cn"), best[0].prob) if best else _UNKNOWN


def _says_enough(text: str) -> bool:
    return len(list(islice(_WORD.finditer(text), _FEWEST_WORDS))) == _FEWEST_WORDS


def _needed(expected: str, guess: _Guess) -> float:
    """How sure a detector must be to contradict the volunteer."""
    return _CERTAIN if guess.detected in _RELATIVES.get(expected, ()) else _LIKELY


def _denies(second: _Guess, language: Language, first: _Guess) -> bool:
    """The second opinion; about a language it does not know, it can only confirm the first."""
    if language.langdetect is not None:
        return second.probability >= _LIKELY and second.detected != language.langdetect
    return (
        first.probability >= _CERTAIN
        or second.detected == LANGUAGES[_CODES[first.detected]].langdetect
    )
