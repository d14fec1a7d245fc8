"""Made-up languages that show what was left untranslated, cut off, glued together or turned."""

from core.text import PLACEHOLDER, Text

PSEUDO, PSEUDO_RTL = "xx", "xx_RTL"

# Texts whose words obey a platform's grammar stay as they are.
COMMAND_NAME = "command-name"

_ACCENTED = str.maketrans("aceginorsuyACEGINORSUY", "áçéĝíñöŕšúýÁÇÉĜÍÑÖŔŠÚÝ")
_LONGER_BY = 0.4
_RIGHT_TO_LEFT, _END = "\u202e", "\u202c"


def pseudo(text: Text, *, rtl: bool) -> str:
    """The English pattern accented, 40 % longer and in brackets; placeholders are kept."""
    pattern = text.english
    core = pattern.strip()
    if text.context == COMMAND_NAME or not core:
        return pattern
    parts = PLACEHOLDER.split(core)  # words and names of placeholders take turns
    parts[::2] = [_turned(words.translate(_ACCENTED), rtl=rtl) for words in parts[::2]]
    parts[1::2] = [f"{{{name}}}" for name in parts[1::2]]
    longer = "~" * max(1, round(len(core) * _LONGER_BY) - 2)
    return pattern.replace(core, f"[{''.join(parts)}{longer}]", 1)


def _turned(words: str, *, rtl: bool) -> str:
    if not rtl or not words.strip():
        return words
    return "\n".join(f"{_RIGHT_TO_LEFT}{line}{_END}" for line in words.split("\n"))
