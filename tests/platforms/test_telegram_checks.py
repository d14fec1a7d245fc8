"""The checks that every recorded call goes through: they do find what is wrong."""

import json

import pytest
from fakes.telegram_markup import BadMarkup, parsed
from fakes.telegram_spec import faults


def keyboard(*rows: list[dict[str, str]]) -> str:
    return json.dumps({"inline_keyboard": list(rows)})


FINE = {"chat_id": "7", "text": "<b>hello</b>", "parse_mode": "HTML"}


@pytest.mark.parametrize(
    "params",
    [
        FINE,
        {**FINE, "text": "&lt;" * 4096},
        {**FINE, "reply_markup": keyboard([{"text": "a", "callback_data": "x" * 64}])},
        {**FINE, "reply_parameters": '{"message_id": 5, "allow_sending_without_reply": true}'},
    ],
)
def test_a_right_call_is_passed(params: dict[str, str]) -> None:
    assert faults("sendMessage", params, {}) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, "unknown parameter colour"),
        ({"chat_id": "[1]"}, "chat_id"),
        ({"text": ""}, "text has 0"),
        ({"text": "<b> </b>"}, "is empty"),
        ({"text": "x" * 4097}, "4097 characters"),
        ({"text": "😀" * 2049}, "4098 characters"),
        ({"text": "<b>open"}, "not closed"),
        ({"text": "a < b"}, "a bare <"),
        ({"text": "<i></i>" * 101 + "x"}, "101 entities"),
        ({"disable_notification": "yes"}, "disable_notification"),
        ({"link_preview_options": '{"off": true}'}, "LinkPreviewOptions"),
        ({"reply_parameters": "{}"}, "needs message_id"),
        ({"reply_markup": keyboard([{"text": "a", "callback_data": "é" * 33}])}, "66 bytes"),
        ({"reply_markup": keyboard([{"text": "a"}])}, "a button does []"),
        ({"reply_markup": keyboard([{"text": " ", "callback_data": "1"}])}, "without words"),
        ({"reply_markup": keyboard([])}, "a row with no button"),
        ({"reply_markup": keyboard([{"text": "a", "callback_data": "1"}] * 9)}, "more than eight"),
        (
            {"reply_markup": keyboard([{"text": "a", "callback_data": "1", "style": "pink"}])},
            "in pink",
        ),
    ],
)
def test_a_wrong_call_is_found(change: dict[str, str], said: str) -> None:
    assert said in " ".join(faults("sendMessage", {**FINE, **change}, {}))


def test_missing_parameters_and_methods_are_found() -> None:
    assert faults("sendMessage", {"chat_id": "7"}, {}) == ["sendMessage: missing parameter text"]
    assert faults("sendLove", {}, {}) == ["there is no method sendLove"]


@pytest.mark.parametrize(
    "commands",
    [
        [{"command": "Export-Data", "description": "x"}],
        [{"command": "work", "description": "x" * 257}],
        [{"command": "work"}],
    ],
)
def test_wrong_menus_are_found(commands: list[dict[str, str]]) -> None:
    assert faults("setMyCommands", {"commands": json.dumps(commands)}, {}) != []


@pytest.mark.parametrize(
    "markup",
    ["</b>", "<b><i></b></i>", "<script>x</script>", "<a onclick=\"x\">y</a>", "&nbsp;", "a & b",
     "<blockquote><blockquote>x</blockquote></blockquote>", "<pre><b>x</b></pre>"],
)  # fmt: skip
def test_wrong_markup_is_refused(markup: str) -> None:
    with pytest.raises(BadMarkup):
        parsed(markup)


def test_markup_is_read_as_text() -> None:
    assert parsed("<b>a &lt;b&gt;</b> &amp; c").text == "a <b> & c"
