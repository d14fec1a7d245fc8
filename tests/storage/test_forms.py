"""The forms in which values are stored: moments, codes, addresses, statements put together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.labels import LABELS
from core.model import Ballot, Fate, LabelSum, Role, TaskKind, TaskState
from storage import codes
from storage.address import address_from
from storage.batch import PutOff, delete_many, insert_many, together, update_many
from storage.driver import Row, Value, for_sqlite, without_locks
from storage.errors import StoreUnreachable
from storage.times import UtcTime, micros, moment

moments = st.datetimes(
    min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)
)
names = st.sampled_from([*LABELS, "s", "unheard_of", ".dotted"])


@given(moments)
def test_a_moment_comes_back_to_the_microsecond(at: datetime) -> None:
    assert moment(micros(at)) == at


def test_a_moment_of_another_zone_is_the_same_moment_in_utc() -> None:
    there = datetime(2026, 1, 5, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))

    assert moment(micros(there)) == there
    assert moment(micros(there)).tzinfo is UTC


def test_a_moment_without_a_zone_cannot_get_in() -> None:
    with pytest.raises(TypeError):
        micros(datetime(2026, 1, 5))
    with pytest.raises(TypeError):
        UtcTime().process_bind_param(datetime(2026, 1, 5), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("table", "names"),
    [(codes.KIND, TaskKind), (codes.STATE, TaskState), (codes.ROLE, Role), (codes.FATE, Fate)],
)
def test_every_name_has_a_number_of_its_own(table: dict[object, int], names: type) -> None:
    assert set(table) == set(names)  # type: ignore[call-overload]
    assert len(set(table.values())) == len(table)


def test_the_numbers_that_stores_were_written_with_never_change() -> None:
    assert list(codes.KIND.values()) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [codes.STATE[state] for state in TaskState] == [1, 2, 3, 4, 5]
    assert [codes.FATE[fate] for fate in Fate] == [1, 2, 3]
    assert [codes.ROLE[role] for role in Role] == [1, 2]


@given(st.dictionaries(names, st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])))
def test_labels_come_back_as_they_were(labels: dict[str, float]) -> None:
    assert codes.labels_from_text(codes.text_from_labels(labels)) == labels


@given(
    st.dictionaries(
        names, st.builds(LabelSum, st.floats(0, 1e6, allow_nan=False), st.integers(1, 10**6))
    )
)
def test_label_sums_come_back_as_they_were(sums: dict[str, LabelSum]) -> None:
    assert codes.sums_from_text(codes.text_from_sums(sums)) == sums


def test_every_published_label_is_kept_in_one_letter() -> None:
    text = codes.text_from_labels(dict.fromkeys(LABELS, 1.0))

    assert text is not None
    assert len(text) == 6 * len(LABELS) + 1


def test_no_labels_are_not_an_empty_form() -> None:
    assert codes.text_from_labels(None) is None
    assert codes.text_from_labels({}) == "{}"


def test_a_ballot_takes_the_shown_order_from_its_task() -> None:
    ballot = Ballot(((2,), (1, 3)), (3, 2, 1))

    text = codes.text_from_ballot(ballot, (3, 2, 1))

    assert text == '{"g":[[2],[1,3]]}'
    assert codes.ballot_from_text(text, (3, 2, 1)) == ballot
    assert codes.ballot_from_text(codes.text_from_ballot(ballot) or "") == ballot


# ---------------------------------------------------------------- addresses


def test_without_a_url_the_store_is_a_file_in_the_data_folder() -> None:
    assert address_from(None, Path("/data")).path == Path("/data/grove.db")
    assert address_from("sqlite:////srv/x.db", Path("/data")).path == Path("/srv/x.db")
    assert address_from("sqlite:///~/x.db", Path("/data")).path == Path.home() / "x.db"
    assert address_from("sqlite:///x.db", Path("/data")).path == Path("x.db")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_server_may_be_named_in_any_of_the_usual_ways(scheme: str) -> None:
    address = address_from(f"{scheme}://u:p@h:5/d", Path("/data"))

    assert address.url == "postgresql://u:p@h:5/d"
    assert address.for_sqlalchemy == "postgresql+asyncpg://u:p@h:5/d"


def test_an_address_is_told_without_its_password() -> None:
    assert str(address_from("postgresql://u:secret@h/d", Path())) == "postgresql://u@h/d"


@pytest.mark.parametrize("url", ["mysql://x", "x", "sqlite://", "sqlite:///", "sqlite:x",
                                 "sqlite:///:memory:"])  # fmt: skip
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(StoreUnreachable):
        address_from(url, Path())


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "grove.db").mkdir()

    for url in (None, f"sqlite:///{tmp_path}"):
        with pytest.raises(StoreUnreachable, match="is a folder"):
            address_from(url, tmp_path)


# ---------------------------------------------------------------- statements


def test_what_sqlite_says_differently_is_translated() -> None:
    sql = (
        "SELECT a FROM t WHERE b = ANY($1) AND c <> ALL($2) AND d = $3 FOR UPDATE OF t SKIP LOCKED"
    )

    assert for_sqlite(sql) == (
        "SELECT a FROM t WHERE b IN (SELECT value FROM json_each(?1))"
        " AND c NOT IN (SELECT value FROM json_each(?2)) AND d = ?3"
    )
    assert without_locks("SELECT 1 FOR NO KEY UPDATE OF p") == "SELECT 1"


def test_writes_put_together_keep_their_own_values() -> None:
    assert together(("UPDATE a SET x = $2 WHERE id = $1", "DELETE FROM b WHERE y = $1")) == (
        "WITH w0 AS (UPDATE a SET x = $2 WHERE id = $1), w1 AS (DELETE FROM b WHERE y = $3)"
        " SELECT 1"
    )
    assert together(("DELETE FROM b",)) == "DELETE FROM b"


def test_a_statement_for_many_rows_is_said_once_for_one_and_once_for_all() -> None:
    types = {"id": "BIGINT", "x": "VARCHAR"}

    insert = insert_many("t", types, "ON CONFLICT DO NOTHING")
    assert insert.one == "INSERT INTO t (id, x) VALUES ($1, $2) ON CONFLICT DO NOTHING"
    assert insert.all == (
        "INSERT INTO t (id, x) SELECT v.id, v.x"
        " FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS VARCHAR[])) AS v (id, x)"
        " ON CONFLICT DO NOTHING"
    )
    seeing = insert_many("t", types, looked_up={"y": "(SELECT y FROM s WHERE s.id = {id})"})
    assert seeing.one.rstrip() == (
        "INSERT INTO t (id, x, y) VALUES ($1, $2, (SELECT y FROM s WHERE s.id = $1))"
    )
    assert "SELECT v.id, v.x, (SELECT y FROM s WHERE s.id = v.id) FROM unnest" in seeing.all
    assert update_many("t", "id", types).one == "UPDATE t SET x = $2 WHERE id = $1"
    assert delete_many("t", types).one == "DELETE FROM t WHERE id = $1 AND x = $2"


class Written:
    """A connection that writes down what it is told."""

    locks = True

    def __init__(self) -> None:
        self.told: list[str] = []

    def rows(self, sql: str, *values: Value) -> list[Row]:
        self.told.append(sql)
        return []

    def row(self, sql: str, *values: Value) -> Row | None:
        self.told.append(sql)
        return None

    def run(self, sql: str, *values: Value) -> int:
        self.told.append(f"{sql} {values}")
        return 0

    def run_many(self, sql: str, rows: object) -> None:
        raise AssertionError


def test_writes_wait_for_the_next_question() -> None:
    db = Written()
    put_off = PutOff(db)

    put_off.write("DELETE FROM a WHERE id = $1", 1)
    put_off.write("DELETE FROM b WHERE id = $1", 2)
    assert db.told == []
    put_off.row("Q")

    assert db.told == [
        "WITH w0 AS (DELETE FROM a WHERE id = $1), w1 AS (DELETE FROM b WHERE id = $2)"
        " SELECT 1 (1, 2)",
        "Q",
    ]


def test_the_same_write_again_goes_apart() -> None:
    db = Written()
    put_off = PutOff(db)

    put_off.write("DELETE FROM a WHERE id = $1", 1)
    put_off.write("DELETE FROM a WHERE id = $1", 1)
    put_off.flush()
    put_off.flush()

    assert db.told == ["DELETE FROM a WHERE id = $1 (1,)"] * 2
