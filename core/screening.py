"""What is looked at before a text is taken: a few refusals, some hints, and a way to spot repeats.

A refusal is for what no store keeps or no reader could use. Everything else is at most a hint to
the writer, who decides; texts are kept byte for byte.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from hashlib import sha256

from core.errors import BadText
from core.policy import Policy
from core.text import N_, Nn_, Text

_UNKEPT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_UNKEPT_OF_FILES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
# Letters, and a braille sign, that are drawn as nothing.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def checked_text(text: str, policy: Policy) -> str:
    """The text as it came, or a refusal that says what to change."""
    refuse_unkept_signs(text)
    if is_blank(text):
        raise BadText(N_("There is nothing to read in your text. Please write something."))
    _check_length(text, policy)
    return text


def refuse_unkept_signs(text: str) -> None:
    """Refuse what cannot be stored, and say which sign it is."""
    unkept = unkept_sign(text)
    if unkept:
        raise BadText(
            N_(
                "Your text has a character that cannot be stored: {sign}, at position {place}."
                " Please take it out and send the text again.",
                sign=unkept[0],
                place=unkept[1],
            )
        )


def without_unkept_signs(name: str) -> str:
    """A name as it can be stored."""
    return name if name.isprintable() else _UNKEPT.sub("", name)


def unkept_sign(text: str) -> tuple[str, int] | None:
    """The first character that no store keeps, as U+0000, and its position from 1 on."""
    return None if text.isprintable() else _named(_UNKEPT.search(text))


def unkept_sign_of_file(text: str) -> tuple[str, int] | None:
    """The same for a text that was not typed here.

    Programs end lines with a carriage return too, and old files hold C1 signs; such texts are
    kept as they are.
    """
    return _named(_UNKEPT_OF_FILES.search(text))


def _named(found: re.Match[str] | None) -> tuple[str, int] | None:
    return (f"U+{ord(found[0]):04X}", found.start() + 1) if found else None


def is_blank(text: str) -> bool:
    """Whether there is nothing that a reader would see."""
    return all(sign in _FILLERS or unicodedata.category(sign) in _UNSEEN for sign in text)


def unless_blank(*texts: str | None) -> str | None:
    """The first of these in which there is something to read."""
    return next((text for text in texts if text and not is_blank(text)), None)


def _check_length(text: str, policy: Policy) -> None:
    if len(text.strip()) < policy.min_text_length:
        raise BadText(
            Nn_(
                "Your text is too short. Please write at least {count} character.",
                "Your text is too short. Please write at least {count} characters.",
                policy.min_text_length,
            ),
            handed_back=text,
        )
    if len(text) > policy.max_text_length:
        raise BadText(
            Nn_(
                "Your text has {length} characters. Please shorten it to {count} character.",
                "Your text has {length} characters. Please shorten it to {count} characters.",
                policy.max_text_length,
                length=len(text),
            ),
            handed_back=text,
        )


# ---------------------------------------------------------------- hints


def hints(text: str) -> tuple[Text, ...]:
    """What the writer may want to look at again; none of it stops the text."""
    return tuple(sentence for looks_so, sentence in _HINTS if looks_so(text))


_DIGIT = re.compile(r"\d")
_EMAIL = re.compile(r"[\w.+-]{1,64}@((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})")
_EXAMPLE = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|org|net|edu))?|invalid|test)$", re.IGNORECASE)
_PHONES = tuple(
    re.compile(rf"(?<![\w.+-])(?<!\d ){number}(?![\w-])(?! \d)")
    for number in (
        r"\+\d{1,3}(?:[ ./()-]{0,2}\d){7,12}",
        r"(?:\(0?\d{2,4}\)|0\d{2,4}) ?[/-]? ?\d{3,4}(?:[ -]?\d{2,3}){1,2}",
        r"\d{3}[-. ]\d{3}[-. ]\d{4}",
    )
)
_CARD = re.compile(r"(?<![\w.])(?<!\d[ -])\d(?:[ -]?\d){12,18}(?![ -]?\d)(?!\.\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_LINK = re.compile(r"https?://|\bwww\.", re.IGNORECASE)
_INVITE = re.compile(
    r"\b(?:discord\.gg|discord(?:app)?\.com/invite|t\.me|wa\.me|chat\.whatsapp\.com|bit\.ly)/\w",
    re.IGNORECASE,
)
_MANY_LINKS = 3


def _has_email(text: str) -> bool:
    return "@" in text and any(not _EXAMPLE.search(found[1]) for found in _EMAIL.finditer(text))


def _has_phone(text: str) -> bool:
    return _has_digit(text) and any(pattern.search(text) for pattern in _PHONES)


def _has_bank_number(text: str) -> bool:
    if not _has_digit(text):
        return False
    cards = (_digits(found[0]) for found in _CARD.finditer(text))
    return any(map(_is_card, cards)) or any(map(_is_iban, _compact(_IBAN, text)))


def _has_many_links(text: str) -> bool:
    if "/" not in text and "." not in text:
        return False
    return len(_LINK.findall(text)) >= _MANY_LINKS or _INVITE.search(text) is not None


def _has_digit(text: str) -> bool:
    """Most texts have none, and need not be searched for longer things."""
    return _DIGIT.search(text) is not None


def _compact(pattern: re.Pattern[str], text: str) -> Iterator[str]:
    return (found[0].replace(" ", "") for found in pattern.finditer(text))


def _digits(text: str) -> list[int]:
    return [int(sign) for sign in text if sign.isdecimal()]


def _is_card(digits: list[int]) -> bool:
    """Luhn's check sum, over more than one repeated digit."""
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[::-2])) % 10 == 0 and len(set(digits)) > 1


def _is_iban(number: str) -> bool:
    """ISO 7064 mod 97, letters as 10 to 35."""
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


_DISCLAIMERS = (
    "as an ai language model",
    "as a large language model",
    "as an artificial intelligence",
    "as an ai assistant",
    "as an ai, i",
    "i'm just an ai",
    "i am an ai language model",
    "my knowledge cutoff",
    "als ki-sprachmodell",
    "als ki-modell",
    "als eine künstliche intelligenz",
    "als künstliche intelligenz",
    "en tant que modèle de langage",
    "en tant qu'intelligence artificielle",
    "en tant qu'ia",
    "como modelo de lenguaje",
    "como un modelo de lenguaje",
    "como inteligencia artificial",
    "como modelo de linguagem",
    "como um modelo de linguagem",
    "como uma inteligência artificial",
    "com a model de llenguatge",
    "com a intel·ligència artificial",
    "come modello linguistico",
    "come modello di linguaggio",
    "in quanto intelligenza artificiale",
    "als ai-taalmodel",
    "als taalmodel",
    "jako model językowy",
    "jako sztuczna inteligencja",
    "jako jazykový model",
    "jako umělá inteligence",
    "как языковая модель",
    "как искусственный интеллект",
    "как ии",
    "як мовна модель",
    "як штучний інтелект",
    "bir yapay zeka dil modeli olarak",
    "bir yapay zeka olarak",
    "sebagai model bahasa",
    "là một mô hình ngôn ngữ",
    "作为一个人工智能",
    "作为人工智能",
    "作为一个ai",
    "作为ai",
    "作为一个语言模型",
    "作為一個人工智慧",
    "aiとして",
    "ai言語モデル",
    "言語モデルとして",
    "ai 언어 모델",
    "언어 모델로서",
    "كنموذج لغوي",
    "بصفتي نموذج",
    "به عنوان یک مدل زبان",
    "एक एआई भाषा मॉडल के रूप में",
    "ในฐานะโมเดลภาษา",
)


def _sounds_like_a_chatbot(text: str) -> bool:
    plain = normalized(text).replace("’", "'")
    return any(phrase in plain for phrase in _NORMAL_DISCLAIMERS)


def normalized(text: str) -> str:
    """The text with case, width and spacing levelled, to compare it with others."""
    levelled = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(levelled.split())


def fingerprint(text: str) -> int:
    """A number of 63 bits, equal for texts that differ in case, width or spacing only."""
    digest = sha256(normalized(text).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


_NORMAL_DISCLAIMERS = tuple(normalized(phrase) for phrase in _DISCLAIMERS)

_HINTS: tuple[tuple[Callable[[str], bool], Text], ...] = (
    (
        _has_email,
        N_("This seems to contain an e-mail address. Please leave out the data of real people."),
    ),
    (
        _has_phone,
        N_("This seems to contain a phone number. Please leave out the data of real people."),
    ),
    (
        _has_bank_number,
        N_(
            "This seems to contain a card or account number."
            " Please leave out the data of real people."
        ),
    ),
    (
        _has_many_links,
        N_("This contains links, as advertising does. A text should be complete without them."),
    ),
    (
        _sounds_like_a_chatbot,
        N_("This sounds like the output of a chatbot. Please write in your own words."),
    ),
)
