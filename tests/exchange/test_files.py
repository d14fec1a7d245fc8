"""Files are whole or not there, and a fault in one is told with its line."""

import gzip
import json
import os
import socket
from threading import Thread

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fakes.archive import ALL, NAMES, message, record_of

from bot.exchange import files
from bot.exchange.errors import BrokenFile, Fault, FileError
from bot.exchange.files import lines, written
from bot.exchange.parquet import SCHEMA, ParquetTable, message_rows
from bot.exchange.reading import trees
from bot.exchange.sheets import JsonLines
from core.export import PARQUET_COLUMNS, json_line, message_lines, tree_line
from core.imported import Missing
from core.model import LabelSum

MISSING = Missing(created_at=message(1).created_at)


def tree(name, **changes):
    prompt = {"message_id": name, "text": "Hello", "role": "prompter", "lang": "en", "replies": []}
    return {"message_tree_id": name, "prompt": {**prompt, **changes}}


def read(path):
    """What was found: names of prompts, and faults."""
    return [
        str(found) if isinstance(found, Fault) else (found[0], found[1].tree.root.public_id)
        for found in trees(path, MISSING)
    ]


def line_of(row):
    return row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n"


def file_of(tmp_path, *rows):
    path = tmp_path / "trees.jsonl"
    path.write_bytes(b"".join(map(line_of, rows)))
    return path


# ---------------------------------------------------------------- writing


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_a_file_takes_its_name_when_it_is_whole(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"before")

    with written(path) as file:
        file.write(b"one\n")
        assert path.read_bytes() == b"before"

    assert list(lines(path)) == [(1, b"one\n")]
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


def test_an_interrupted_file_leaves_the_old_one(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"before")

    def interrupted():
        with written(path) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()

    assert path.read_bytes() == b"before"
    assert len(list(tmp_path.iterdir())) == 1


def test_packed_files_of_the_same_content_are_the_same(tmp_path):
    for name in ("a.gz", "b.gz"):
        with written(tmp_path / name) as file:
            file.write(b"one\n" * 1000)

    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"one\n" * 1000


def test_a_folder_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "nowhere" / "a"

    with pytest.raises(FileError, match=r"nowhere/a cannot be written: No such"), written(path):
        pass


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path):
    (tmp_path / "shelf").mkdir()
    place, link, nowhere = (tmp_path / name for name in ("shelf/a.jsonl", "a.jsonl", "b.jsonl"))
    place.write_bytes(b"before")
    link.symlink_to(place)
    nowhere.symlink_to(tmp_path / "shelf" / "b.jsonl")

    for path in (link, nowhere):
        with written(path) as file:
            file.write(b"one\n")

    assert link.is_symlink()
    assert nowhere.is_symlink()
    assert sorted(path.name for path in tmp_path.rglob("*")) == [
        *("a.jsonl", "a.jsonl", "b.jsonl", "b.jsonl", "shelf")
    ]
    assert place.read_bytes() == nowhere.read_bytes() == b"one\n"


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.parquet"])
def test_a_pipe_takes_what_is_written_and_stays(tmp_path, name):
    pipe, came = tmp_path / name, []
    os.mkfifo(pipe)
    reader = Thread(target=lambda: came.append(pipe.read_bytes()), daemon=True)
    reader.start()

    with written(pipe) as file:
        sheet = ParquetTable(file) if name == "a.parquet" else JsonLines(file)
        sheet.add([{"message_id": "a"}])
        sheet.close()

    reader.join(10)
    assert pipe.is_fifo()
    assert [path.name for path in tmp_path.iterdir()] == [name]
    kept = tmp_path / f"kept {name}"
    kept.write_bytes(came[0])
    if name == "a.parquet":
        assert list(message_rows(kept)) == [(1, {"message_id": "a"})]
    else:
        assert list(lines(kept)) == [(1, b'{"message_id":"a"}\n')]


def test_what_is_neither_file_nor_pipe_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.jsonl").mkdir()
    (tmp_path / "round").symlink_to(tmp_path / "round")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("b.jsonl")
        for name, said in (("a.jsonl", "no file"), ("b.jsonl", "no file"), ("round", "Too many")):
            with pytest.raises(FileError, match=said), written(tmp_path / name):
                pass

    assert {path.name for path in tmp_path.iterdir()} == {"a.jsonl", "b.jsonl", "round"}


def test_two_who_write_one_file_at_once_leave_the_whole_of_one(tmp_path):
    path = tmp_path / "a.jsonl"

    with written(path) as first:
        first.write(b"first")
        with written(path) as second:
            second.write(b"second, longer")
        assert path.read_bytes() == b"second, longer"

    assert path.read_bytes() == b"first"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.jsonl"]


def test_what_a_killed_program_left_beside_the_file_is_removed(tmp_path):
    path = tmp_path / "a[1].jsonl"
    (tmp_path / ".a[1].jsonl.0badcafe.unfinished").write_bytes(b"half")
    (tmp_path / ".a1.jsonl.0badcafe.unfinished").write_bytes(b"of another file")

    with written(path) as file:
        file.write(b"whole")

    assert {entry.name for entry in tmp_path.iterdir()} == {
        path.name,
        ".a1.jsonl.0badcafe.unfinished",
    }


# ---------------------------------------------------------------- reading


def test_empty_lines_are_passed_over_but_counted(tmp_path):
    assert read(file_of(tmp_path, b"\n", tree("a"), b"  \n", tree("b"))) == [(2, "a"), (4, "b")]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileError, match="cannot be read: No such file"):
        read(tmp_path / "a.jsonl")


def test_a_packed_file_that_ends_too_soon_is_damaged(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(json_line(tree("a")).encode() * 50)[:-20])

    with pytest.raises(FileError, match="damaged after line 0"):
        read(path)


def test_packing_is_seen_in_the_bytes_not_in_the_name(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(gzip.compress(json_line(tree("a")).encode()))

    assert read(path) == [(1, "a")]


def test_a_byte_order_mark_does_no_harm(tmp_path):
    assert read(file_of(tmp_path, b"\xef\xbb\xbf", tree("a"))) == [(1, "a")]


def test_each_fault_has_its_line_and_the_good_ones_are_read(tmp_path):
    path = file_of(
        tmp_path,
        tree("a"),
        b"{broken\n",
        b"\xff\xfe\n",
        b'{"message_tree_id": NaN}\n',
        b"[" * 100_000 + b"\n",
        tree("b", role="assistant"),
        tree("a"),
        b"3\n",
        b'{"prompt": null, "prompt": null}\n',
        b'{"prompt": ' + b"9" * 5_000 + b"}\n",
        tree("c"),
    )

    assert read(path) == [
        (1, "a"),
        "line 2: is not JSON: Expecting property name enclosed in double quotes, at position 2",
        "line 3: byte 1 is not UTF-8",
        "line 4: is not JSON: NaN is no number",
        "line 5: is nested too deep",
        "line 6: prompt.role: must be prompter here",
        "line 7: message a stood in an earlier line",
        "line 8: line: must be an object",
        "line 9: is not JSON: 'prompt' stands twice in one object",
        "line 10: is not JSON: Exceeds the limit (4300 digits) for integer string conversion: "
        "value has 5000 digits",
        (11, "c"),
    ]


def test_a_line_without_end_is_not_read_into_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LONGEST_LINE", 20)
    path = file_of(tmp_path, b"\n", b"x" * 21)

    with pytest.raises(FileError, match="line 2 has more than 20 bytes"):
        read(path)


def test_messages_that_reply_to_each_other_in_a_circle_are_a_fault(tmp_path):
    circle = [
        {"message_id": "a", "text": "Hello", "role": "prompter", "lang": "en"},
        {"message_id": "b", "text": "Hi", "role": "assistant", "parent_id": "c"},
        {"message_id": "c", "text": "Ho", "role": "prompter", "parent_id": "b"},
    ]
    path = file_of(tmp_path, *({**message, "message_tree_id": "a"} for message in circle))

    assert read(path) == [
        "line 1: messages[1].parent_id: leads back to this message, and never to the prompt"
    ]


def test_message_lines_are_gathered_by_tree(tmp_path):
    root = message(1)
    first = message_lines(record_of(root, message(2, root)), ALL, NAMES)
    alone = {"message_id": "x", "text": "Hello", "role": "prompter", "lang": "en"}
    path = file_of(tmp_path, *first, alone, {**alone, "message_id": "y"}, tree("b"))

    found = list(trees(path, MISSING))

    assert [(line, len(record.tree.messages)) for line, record in found] == [
        (1, 2),
        (3, 1),
        (4, 1),
        (5, 1),
    ]


def said(tree_id, name, **known):
    alone = {"message_id": name, "parent_id": tree_id, "text": "Hello", "lang": "en"}
    root = {"parent_id": None} if name == tree_id else {}
    line = {**alone, **root, "role": "assistant" if known or not root else "prompter", **known}
    return {**line, "message_tree_id": tree_id}


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b'{"message_id": "a2", "text": "cut o\n', "is not JSON: Invalid control"),
        (b"3\n", "line: must be an object"),
        (b'{"text": "Hello"}\n', "prompt: is missing"),
    ],
)
def test_a_tree_with_a_broken_line_in_it_or_beside_it_is_left_out_whole(tmp_path, broken, reason):
    first, second, third = said("a", "a"), said("a", "a1"), said("a", "a3")
    others = [said(name, name) for name in "bcd"]

    inside = read(file_of(tmp_path, first, second, broken, third, *others))
    behind = read(file_of(tmp_path, first, second, broken, *others))

    assert inside[0].startswith(f"line 3: {reason}")
    assert inside[1:] == [
        "line 1: line 3 is broken and may be part of this tree", (5, "b"), (6, "c"), (7, "d")
    ]  # fmt: skip
    assert behind[0].startswith(f"line 3: {reason}")
    assert behind[1:] == [
        "line 1: line 3 is broken and may be part of this tree",
        "line 4: line 3 is broken and may be part of this tree",
        (5, "c"),
        (6, "d"),
    ]


def test_a_broken_line_that_names_its_tree_takes_no_other_with_it(tmp_path):
    broken = {"message_tree_id": "b", "text": "without a name of its own"}
    lines = [said("a", "a"), broken, said("b", "b"), said("c", "c")]

    assert read(file_of(tmp_path, *lines)) == [
        (1, "a"),
        "line 2: prompt: is missing",
        "line 2: line 2 is broken and may be part of this tree",
        (4, "c"),
    ]


def test_a_broken_line_spoils_no_tree_that_is_known_to_be_whole(tmp_path):
    alone = {"message_id": "x", "text": "Hello", "role": "prompter", "lang": "en"}
    found = read(file_of(tmp_path, tree("a"), b"{\n", alone, b"{\n", tree("b")))

    assert [item for item in found if not isinstance(item, str)] == [(1, "a"), (3, "x"), (5, "b")]


def test_a_broken_file_tells_its_first_fault_and_how_many(tmp_path):
    one = BrokenFile(tmp_path / "a", Fault(3, "x: is missing"), 1)
    two = BrokenFile(tmp_path / "a", Fault(3, "x: is missing"), 2)

    assert "a, line 3: x: is missing. Nothing was imported" in str(one)
    assert "line 3: x: is missing (and 1 more)" in str(two)


# ---------------------------------------------------------------- Parquet


def test_a_table_has_the_published_columns_and_comes_back(tmp_path):
    root = message(1, labels={"spam": LabelSum(1.0, 3)}, emojis={"+1": 2}, author_id=None)
    record = record_of(root, message(2, root, rank=0, model_name="toy", synthetic=True))
    expected = message_lines(record, ALL, NAMES)

    with written(tmp_path / "a.parquet") as file:
        table = ParquetTable(file)
        table.add(expected)
        table.close()

    assert tuple(pq.read_schema(tmp_path / "a.parquet").names) == PARQUET_COLUMNS
    assert pq.read_schema(tmp_path / "a.parquet").equals(SCHEMA)
    ((line, found),) = trees(tmp_path / "a.parquet", MISSING)
    assert line == 1
    assert message_lines(found, ALL, NAMES) == expected


def test_a_table_may_be_empty_and_may_have_several_groups(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.exchange.parquet.ROWS_IN_A_GROUP", 2)
    monkeypatch.setattr("bot.exchange.parquet._ROWS_AT_ONCE", 1)
    for name, rows in (("none", []), ("three", [{"message_id": str(n)} for n in range(3)])):
        with written(tmp_path / name) as file:
            table = ParquetTable(file)
            for row in rows:
                table.add([row])
            table.close()

    assert pq.read_metadata(tmp_path / "none").num_rows == 0
    assert pq.read_metadata(tmp_path / "three").num_row_groups == 2
    assert list(message_rows(tmp_path / "three")) == [
        (n + 1, {"message_id": str(n)}) for n in range(3)
    ]


@pytest.mark.parametrize(
    ("labels", "read_as"),
    [
        ({"name": None, "value": None, "count": None}, {}),
        ({"name": [], "value": [], "count": []}, {}),
        ({"name": ["spam"], "value": [0.5], "count": None}, None),
        ({"name": ["spam"], "value": [0.5], "count": []}, None),
        ({"name": ["spam", "pii"], "value": [0.5], "count": [1]}, None),
        ({"name": ["spam", "spam"], "value": [0.5, 1.0], "count": [1, 1]}, None),
        ({"name": [None], "value": [0.5], "count": [1]}, None),
    ],
)
def test_lists_of_a_table_may_be_missing_but_not_differ(tmp_path, labels, read_as):
    row = {"message_id": "a", "emojis": {"name": ["+1"], "count": [2]}, "labels": labels}
    pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), tmp_path / "a.parquet")

    (found,) = message_rows(tmp_path / "a.parquet")

    if read_as is None:
        assert isinstance(found, Fault)
        assert found.line == 1
    else:
        assert found == (1, {"message_id": "a", "emojis": {"+1": 2}, "labels": read_as})


@pytest.mark.parametrize("emojis", [{"name": 1, "count": 2}, {"name": [5], "count": [2]}])
def test_a_table_of_another_shape_is_a_fault_of_its_rows(tmp_path, emojis):
    table = pa.Table.from_pylist([{"message_id": "a", "emojis": emojis}])
    pq.write_table(table, tmp_path / "a.parquet")

    (found,) = message_rows(tmp_path / "a.parquet")

    assert isinstance(found, Fault)


def test_a_tree_with_a_row_of_another_shape_is_left_out_whole(tmp_path):
    twice = {"name": ["spam", "spam"], "value": [0.5, 1.0], "count": [1, 1]}
    rows = [said("a", "a"), said("a", "a1", labels=twice), said("a", "a2"), said("b", "b")]
    rows += [said("c", "c", labels=twice), said("d", "d")]
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), tmp_path / "a.parquet")

    found = read(tmp_path / "a.parquet")

    assert [item if isinstance(item, tuple) else item.partition(":")[0] for item in found] == [
        *("line 2", "line 1", (4, "b"), "line 5", (6, "d"))
    ]


def test_a_file_that_is_no_table_is_named(tmp_path):
    path = tmp_path / "a.parquet"
    path.write_bytes(b"no table")

    with pytest.raises(FileError, match="no Parquet file"):
        read(path)


def test_a_tree_line_and_its_message_lines_are_read_alike(tmp_path):
    root = message(1)
    record = record_of(root, message(2, root))
    whole = file_of(tmp_path, tree_line(record, ALL, NAMES))
    ((_, from_tree),) = trees(whole, MISSING)
    ((_, from_lines),) = trees(file_of(tmp_path, *message_lines(record, ALL, NAMES)), MISSING)

    assert from_tree == from_lines
