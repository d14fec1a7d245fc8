"""The hint speaks up for a wrong language, and stays silent wherever it could be a nuisance."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.language import LanguageHint
from core.languages import LANGUAGES

SENTENCES = {
    "ar": "كيف يمكنني أن أتعلم الطبخ في المنزل بسرعة؟",
    "bar": "Ka des sei, dass du ned woast wos des is?",
    "bg": "Как мога да науча да готвя бързо у дома?",
    "bn": "আমি কীভাবে বাড়িতে দ্রুত রান্না শিখতে পারি?",
    "ca": "Com puc aprendre a cuinar ràpidament a casa?",
    "cs": "Jak se mohu rychle naučit doma vařit?",
    "da": "Hvordan kan jeg hurtigt lære at lave mad derhjemme?",
    "de": "Wie kann ich zu Hause schnell kochen lernen?",
    "el": "Πώς μπορώ να μάθω να μαγειρεύω γρήγορα στο σπίτι;",
    "en": "How can I quickly learn to cook at home?",
    "eo": "Kiel mi povas rapide lerni kuiri hejme?",
    "es": "¿Cómo puedo aprender a cocinar rápido en casa?",
    "eu": "Nola ikas dezaket etxean azkar sukaldatzen?",
    "fa": "چگونه می‌توانم به سرعت در خانه آشپزی یاد بگیرم؟",
    "fi": "Kuinka voin oppia nopeasti kokkaamaan kotona?",
    "fr": "Comment puis-je apprendre rapidement à cuisiner à la maison ?",
    "gl": "Como podo aprender a cociñar rapidamente na casa?",
    "he": "איך אני יכול ללמוד לבשל מהר בבית?",
    "hi": "मैं घर पर जल्दी खाना बनाना कैसे सीख सकता हूँ?",
    "hu": "Hogyan tanulhatok meg gyorsan főzni otthon?",
    "id": "Jelaskan kepada saya mengapa langit berwarna biru.",
    "it": "Come posso imparare velocemente a cucinare a casa?",
    "ja": "家で早く料理を覚えるにはどうすればいいですか？",
    "ko": "집에서 요리를 빨리 배우려면 어떻게 해야 하나요?",
    "lt": "Kaip greitai išmokti gaminti maistą namuose?",
    "ms": "Bagaimanakah saya boleh belajar memasak dengan cepat di rumah?",
    "nb-NO": "Hvordan kan jeg raskt lære å lage mat hjemme?",
    "nl": "Hoe kan ik snel leren koken thuis?",
    "pl": "Jak mogę szybko nauczyć się gotować w domu?",
    "pt-BR": "Como posso aprender a cozinhar rapidamente em casa?",
    "ro": "Cum pot învăța repede să gătesc acasă?",
    "ru": "Как быстро научиться готовить дома?",
    "sk": "Ako sa môžem rýchlo naučiť variť doma?",
    "sl": "Kako se lahko hitro naučim kuhati doma?",
    "sr": "Kako mogu brzo da naučim da kuvam kod kuće?",
    "sv": "Hur kan jag snabbt lära mig laga mat hemma?",
    "swg": "Mir gangat morga en d Stadt ond kaufat ebbes zom Essa.",
    "th": "ฉันจะเรียนทำอาหารที่บ้านอย่างรวดเร็วได้อย่างไร",
    "tr": "Evde hızlıca yemek yapmayı nasıl öğrenebilirim?",
    "uk-UA": "Як швидко навчитися готувати вдома?",
    "vi": "Làm thế nào để tôi học nấu ăn nhanh ở nhà?",
    "zh": "我怎样才能在家快速学会做饭？",
}


@pytest.fixture(scope="module")
def hint() -> LanguageHint:
    return LanguageHint()


def test_there_is_a_sentence_in_every_language():
    assert list(SENTENCES) == list(LANGUAGES)


@pytest.mark.parametrize("code", SENTENCES)
def test_a_text_in_the_language_of_its_task_raises_no_question(hint, code):
    assert hint(SENTENCES[code], code) is None


@pytest.mark.parametrize("code", ["ar", "de", "es", "fr", "ja", "nb-NO", "pt-BR", "uk-UA", "zh"])
def test_a_text_in_another_language_is_named_by_its_stored_code(hint, code):
    assert hint(SENTENCES[code], "en") == code


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_english_is_noticed_in_a_task_of_every_other_language(hint, code):
    assert hint("Explain to me in simple words why the sky looks blue.", code) == "en"


@pytest.mark.parametrize(
    ("written", "expected"),
    [("de", "bar"), ("de", "swg"), ("bar", "de"), ("swg", "bar"), ("nb-NO", "da"), ("id", "ms")],
)
def test_close_relatives_are_not_held_against_each_other(hint, written, expected):
    assert hint(SENTENCES[written], expected) is None


def test_plain_spanish_in_a_galician_task_is_still_noticed(hint):
    text = "Mañana iremos a la playa con los niños y después comeremos en el restaurante."

    assert hint(text, "gl") == "es"


@pytest.mark.parametrize(
    "text", ["", "   ", "ok", "thank you", "42 + 17 = 59", "😀 😀 😀 😀", "好的"]
)
def test_what_is_too_short_to_judge_raises_no_question(hint, text):
    assert all(hint(text, code) is None for code in ("de", "en", "ja", "ru"))


def test_words_without_spaces_between_them_are_judged_too(hint):
    assert hint("请解释为什么天空是蓝色的。", "de") == "zh"


def test_code_and_links_do_not_count(hint):
    text = "So geht es:\n```python\nfor line in open(name): print(line.upper(), end='')\n```\n"

    assert hint(text + "https://example.org/how/to/read/a/file/line/by/line", "de") is None
    assert hint("```\nfor every line in the file do print the line\n```", "de") is None


def test_an_unknown_task_language_raises_no_question(hint):
    assert hint(SENTENCES["de"], "tlh") is None


def test_a_script_that_neither_detector_can_read_raises_no_question(hint):
    assert hint("እንዴት በቤት ውስጥ በፍጥነት ምግብ ማብሰል እችላለሁ", "en") is None


def test_the_detectors_may_be_loaded_before_the_first_question():
    early = LanguageHint()

    early.load()

    assert early(SENTENCES["fr"], "en") == "fr"


def test_the_same_text_always_gets_the_same_hint(hint):
    mixed = "Hola amigo, this is ok, je t'aime und so weiter, ciao bella"

    assert len({hint(mixed, "ko") for _ in range(20)}) == 1


def test_only_the_beginning_of_a_long_text_is_read(hint):
    german = SENTENCES["de"] + " "
    long = german * 50 + "Explain to me why the sky is blue. " * 3_000

    assert hint(long, "de") is None
    assert hint(long[2_000:], "de") == "en"


def test_many_threads_may_ask_a_fresh_hint_at_once():
    fresh = LanguageHint()

    with ThreadPoolExecutor(8) as pool:
        hints = list(pool.map(lambda _: fresh(SENTENCES["de"], "en"), range(40)))

    assert hints == ["de"] * 40


def test_importing_the_hint_loads_no_detector():
    code = "import sys, bot.language as l; l.LanguageHint(); print('numpy' in sys.modules, "
    code += "'py3langid' in sys.modules, 'langdetect' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["False"] * 3
