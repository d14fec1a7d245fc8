"""What can be said anywhere: follow-ups to any reply, and answers that take up what was said."""

from __future__ import annotations

import re
from collections.abc import Mapping

ANYWHERE: Mapping[str, tuple[str, ...]] = {
    "ar": ("هل يمكنك أن تقول ذلك بكلمات أبسط؟", "ما هو الأهم في ذلك؟", "شكرًا! بماذا أبدأ؟"),
    "de": (
        "Kannst du das einfacher sagen?",
        "Was ist davon das Wichtigste?",
        "Danke! Womit fange ich an?",
    ),
    "en": (
        "Can you say that in simpler words?",
        "What matters most of all this?",
        "Thank you! Where do I begin?",
    ),
    "es": (
        "¿Puedes decirlo de forma más sencilla?",
        "¿Qué es lo más importante de todo esto?",
        "¡Gracias! ¿Por dónde empiezo?",
    ),
    "fr": (
        "Peux-tu le dire plus simplement ?",
        "Qu'est-ce qui compte le plus là-dedans ?",
        "Merci ! Par où commencer ?",
    ),
    "ru": (
        "Можешь сказать это проще?",
        "Что из этого самое важное?",
        "Спасибо! С чего мне начать?",
    ),
    "zh": ("你能说得更简单一些吗？", "这里面最重要的是什么？", "谢谢！我该从哪里开始？"),
}
"""Follow-ups that suit any reply."""

OPENERS: Mapping[str, tuple[str, ...]] = {
    "ar": ("باختصار:", "الأهم هو هذا:", "ابدأ من هنا:"),
    "de": ("Kurz gesagt:", "Das Wichtigste ist:", "Fang damit an:"),
    "en": ("In short:", "What matters most:", "Begin with this:"),
    "es": ("En resumen:", "Lo más importante:", "Empieza por esto:"),
    "fr": ("En bref :", "Le plus important :", "Commence par ceci :"),
    "ru": ("Коротко:", "Самое важное:", "Начни с этого:"),
    "zh": ("简单来说：", "最重要的是：", "先从这里开始："),
}
"""Beginnings of answers that repeat a sentence of what was said before."""

_SENTENCE = re.compile(r"[^.!?。！？؟\n]+[.!?。！？؟]*")


def follow_ups(language: str) -> tuple[str, ...]:
    return ANYWHERE.get(language, ())


def answers(language: str, said: str) -> tuple[str, ...]:
    """Answers that take up the sentences of an earlier reply."""
    sentences = [found.strip() for found in _SENTENCE.findall(said) if found.strip()]
    return tuple(
        f"{opener} {sentence}" for opener in OPENERS.get(language, ()) for sentence in sentences
    )
