"""The judge of what is sent to Discord finds what is wrong; without a description, it says so."""

import pytest
from fakes.discord_spec import FILE, Judge, judge, spec_folder

CALLBACK = "/interactions/1/token/callback"


@pytest.fixture
def described() -> Judge:
    found = judge()
    if found is None:
        pytest.skip(
            f"no {FILE} in {spec_folder()}, so no request to Discord is held against it; "
            "PLATFORM_SPECS names the folder that holds it"
        )
    return found


def reply(**button: object) -> dict[str, object]:
    part = {"type": 2, "style": 1, "label": "Skip", "custom_id": "g1:p:skip:1", **button}
    rows = [{"type": 1, "components": [part]}]
    return {"type": 4, "data": {"flags": 1 << 15, "components": rows}}


def test_a_request_as_described_is_in_order(described: Judge):
    assert described.faults("POST", CALLBACK, reply()) == []


@pytest.mark.parametrize(
    "button", [{"label": "x" * 81}, {"custom_id": "x" * 101}, {"style": 77}, {"colour": "red"}]
)
def test_what_is_too_long_unknown_or_impossible_is_found(described: Judge, button: dict):
    assert described.faults("POST", CALLBACK, reply(**button))


@pytest.mark.parametrize(("method", "path"), [("POST", "/users/@me/tasks"), ("PATCH", CALLBACK)])
def test_what_discord_does_not_offer_is_found(described: Judge, method: str, path: str):
    assert described.faults(method, path, None)
