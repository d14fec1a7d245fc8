"""Texts are refused for what no store keeps; everything else is kept byte for byte."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import BadText
from core.policy import Policy
from core.screening import checked_text, fingerprint, hints, is_blank, normalized

POLICY = Policy()

READABLE = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\t"),
    min_size=3,
    max_size=POLICY.max_text_length,
)


def refused(text, policy=POLICY):
    with pytest.raises(BadText) as refusal:
        checked_text(text, policy)
    return refusal.value


@given(READABLE.filter(lambda text: len(text.strip()) >= 3 and not is_blank(text)))
def test_a_readable_text_is_kept_byte_for_byte(text):
    assert checked_text(text, POLICY) == text


@pytest.mark.parametrize(
    "text",
    [
        "  code:\n\n\tif x:\n\t\tpass\n\n",
        "\u200fשלום\u200e world",
        "a\u202eb\u202cc",
        "👩‍👩‍👧 fine",
        "e\u0301e\u0301",
    ],
)
def test_spaces_joiners_and_directional_marks_stay(text):
    assert checked_text(text, POLICY) == text


CONTROLS = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cc"]


@pytest.mark.parametrize("sign", [c for c in CONTROLS if c not in "\n\t"])
def test_other_control_characters_are_refused_and_named(sign):
    said = str(refused(f"fine{sign}fine").text)

    assert f"U+{ord(sign):04X}, at position 5" in said


@pytest.mark.parametrize("code", [0xD800, 0xDFFF])
def test_half_characters_are_refused(code):
    assert f"U+{code:X}, at position 5" in str(refused(f"fine{chr(code)}").text)


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\t\n", "\u200b" * 3, "\u2066\u2069\xa0\u3000", "\u3164\u2800 "]
)
def test_a_text_without_anything_to_see_is_refused(text):
    assert "nothing to read" in str(refused(text).text)


def test_a_text_that_is_too_short_is_refused_with_the_number():
    refusal = refused("  ok ")

    assert "at least 3 characters" in str(refusal.text)
    assert refusal.handed_back == "  ok "


def test_a_text_that_is_too_long_is_refused_with_both_numbers():
    refusal = refused("x" * 4001)

    assert "4001 characters" in str(refusal.text)
    assert "to 4000 characters" in str(refusal.text)
    assert refusal.handed_back == "x" * 4001


def test_the_limits_are_the_policys():
    policy = Policy(min_text_length=1, max_text_length=1)

    assert checked_text("y", policy) == "y"
    assert "to 1 character." in str(refused("yy", policy).text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("write to ada.lovelace@post.gr please", "e-mail"),
        ("call +34 612 345 678 now", "phone"),
        ("call (030) 1234 5678 now", "phone"),
        ("call 030 1234567 now", "phone"),
        ("call 555-123-4567 now", "phone"),
        ("pay with 4111 1111 1111 1111", "card"),
        ("pay to DE89 3704 0044 0532 0130 00", "card"),
        ("pay to GB82WEST12345698765432.", "card"),
        ("http://a.b http://c.d https://e.f", "links"),
        ("join discord.gg/abc today", "links"),
        ("As an AI language model, I cannot do that.", "chatbot"),
        ("AS AN  AI, I have no opinion", "chatbot"),
        ("En tant qu’IA, je ne peux pas", "chatbot"),
        ("Als KI-Sprachmodell habe ich keine Meinung.", "chatbot"),
        ("作为一个人工智能,我不能", "chatbot"),
        ("Как языковая модель, я", "chatbot"),
    ],
)
def test_what_looks_doubtful_is_hinted_at(text, word):
    found = hints(text)

    assert len(found) == 1
    assert word in str(found[0])


@pytest.mark.parametrize(
    "text",
    [
        "What is the capital of Greece?",
        "Send it to user@example.com or root@host.test",
        "import x\n@decorator\ndef f(): pass",
        "On 2026-11-22 at 10:30, version 1.2.3.4, 3.14159265358979323846",
        "4111 1111 1111 1112 and 0000000000000000",
        "DE89 3704 0044 0532 0130 01",
        "1 2 3 4 5 6 7 8 9 10 11 12",
        "The years 1990-1999, 2001 2002 2003 and page 120-134",
        "See https://docs.python.org and www.w3.org",
        "Is AI, as a field, an art?",
    ],
)
def test_ordinary_texts_get_no_hint(text):
    assert hints(text) == ()


def test_a_text_can_get_several_hints():
    assert len(hints("as an ai language model, mail me: ada@post.gr")) == 2


@given(st.text(max_size=200))
def test_hints_never_fail(text):
    assert isinstance(hints(text), tuple)


def test_repeats_are_seen_through_case_width_and_spacing():
    assert normalized("  Ｈello\n\tSTRASSE ") == "hello strasse"
    assert fingerprint("Hello\n Straße") == fingerprint("ｈＥＬＬＯ strasse")
    assert fingerprint("hello") != fingerprint("hallo")


@given(st.text())
def test_a_fingerprint_fits_a_signed_column_and_its_own_normal_form(text):
    assert 0 <= fingerprint(text) < 2**63
    assert fingerprint(normalized(text)) == fingerprint(text)
