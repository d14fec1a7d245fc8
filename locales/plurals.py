"""How each language counts: its Plural-Forms header, after the Unicode plural rules.

Babel's own table is older than those rules for a dozen languages, so it is written out here.
Only forms that whole numbers reach are asked of translators.
"""

from functools import cache
from gettext import c2py

_MILLIONS = "n != 0 && n % 1000000 == 0"
_SLAVIC_FEW = "n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14)"
_TEENS = "n % 100 > 10 && n % 100 < 20"

# catalogues, number of forms, which form a number takes
_RULES = (
    ("id ja ko ms th zh_Hans", 1, "0"),
    ("bar bg da de el en eo eu fi hu nb nl sv swg tr", 2, "n != 1"),
    ("bn fa hi vi", 2, "n > 1"),
    ("ca es gl it", 3, f"n == 1 ? 0 : {_MILLIONS} ? 1 : 2"),
    ("fr pt_BR", 3, f"n <= 1 ? 0 : {_MILLIONS} ? 1 : 2"),
    ("cs sk", 3, "n == 1 ? 0 : n >= 2 && n <= 4 ? 1 : 2"),
    ("pl", 3, f"n == 1 ? 0 : {_SLAVIC_FEW} ? 1 : 2"),
    ("ru sr uk", 3, f"n % 10 == 1 && n % 100 != 11 ? 0 : {_SLAVIC_FEW} ? 1 : 2"),
    ("lt", 3, f"{_TEENS} || n % 10 == 0 ? 2 : n % 10 == 1 ? 0 : 1"),
    ("ro", 3, "n == 1 ? 0 : n == 0 || (n % 100 > 0 && n % 100 < 20) ? 1 : 2"),
    ("he", 3, "n == 1 ? 0 : n == 2 ? 1 : 2"),
    ("sl", 4, "n % 100 == 1 ? 0 : n % 100 == 2 ? 1 : n % 100 == 3 || n % 100 == 4 ? 2 : 3"),
    (
        "ar",
        6,
        "n <= 2 ? n : n % 100 >= 3 && n % 100 <= 10 ? 3 : n % 100 > 10 ? 4 : 5",
    ),
)

_RULE_OF = {name: (count, rule) for names, count, rule in _RULES for name in names.split()}


def plural_forms(catalogue: str) -> str:
    """The header a catalogue must carry."""
    count, rule = _RULE_OF[catalogue]
    return f"nplurals={count}; plural=({rule});"


def form_count(catalogue: str) -> int:
    """How many forms a sentence that counts has in this catalogue."""
    return _RULE_OF[catalogue][0]


def form_of(catalogue: str, number: int) -> int:
    """Which of its forms a number takes."""
    return int(_chooser(catalogue)(number))


@cache
def single_number_forms(catalogue: str) -> frozenset[int]:
    """The forms that stand for one number alone, where the figure may be left out."""
    taken = [form_of(catalogue, number) for number in range(1_000)]
    return frozenset(form for form in taken if taken.count(form) == 1)


_chooser = cache(lambda catalogue: c2py(_RULE_OF[catalogue][1]))
