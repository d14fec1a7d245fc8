"""The terminal as a program of its own: through pipes, and on a pseudo-terminal."""

import os
import pty
import re
import select
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

HELLO = ("/consent", "agree")
DEADLINE = 60.0


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GROVE_")}
    return {**kept, "GROVE_DATA_DIR": str(tmp_path), "LC_ALL": "C.UTF-8", "TERM": "xterm"}


def command(name: str) -> list[str]:
    return [sys.executable, "-m", "bot", "run", "--platform", "terminal", "--as", name]


def piped(environment: dict[str, str], *lines: str | bytes, name: str = "ana") -> list[str]:
    """The screens that a script sees which types these lines."""
    typed = b"".join((x.encode() if isinstance(x, str) else x) + b"\n" for x in lines)
    done = subprocess.run(
        command(name), input=typed, env=environment, capture_output=True, timeout=DEADLINE
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return done.stdout.decode().split("\n\n")[:-1]


def drafts(environment: dict[str, str]) -> list[str]:
    """What the store holds of texts that are not sent yet."""
    with closing(sqlite3.connect(Path(environment["GROVE_DATA_DIR"], "grove.db"))) as store:
        return [draft for (draft,) in store.execute("SELECT draft FROM task")]


def test_a_draft_of_one_run_is_sent_in_the_next(environment: dict[str, str]) -> None:
    written = piped(environment, *HELLO, "/prompt", "Why is the sky blue?")
    sent = piped(environment, "/press submit:1:1", "/mine")

    assert "[1 s] Submit (submit:1:1)" in written[-1]
    assert sent[0].startswith("* Thank you!")
    assert "| Why is the sky blue?" in sent[1]
    assert all("\x1b" not in screen and ">>>" not in screen for screen in written + sent)


def test_a_script_may_end_its_lines_as_other_systems_do(environment: dict[str, str]) -> None:
    lines = (*HELLO, "/prompt", '"""', "Why is", "the sky blue?", '"""', "submit:1:1", "/mine")

    shown = piped(environment, *(f"{line}\r" for line in lines))

    assert "| Why is\n| the sky blue?" in shown[-1]


def test_bytes_that_are_no_text_are_refused_and_the_talk_goes_on(
    environment: dict[str, str],
) -> None:
    screens = piped(environment, *HELLO, "/prompt", b"\xff\xfe sky", "/me")

    assert screens[-2].startswith("! ")
    assert "# You" in screens[-1]


def test_a_name_is_kept_without_what_no_store_can_keep(environment: dict[str, str]) -> None:
    typed = (*HELLO, "/me", b"/as b\xffen", "/me", b"/as \xff")

    screens = piped(environment, *typed, name="a\x1bna")

    assert "# You" in screens[2]
    assert "Before you begin" in screens[3]
    assert screens[4] == "! Type the name of the volunteer you want to be: /as ANNA"


def test_a_name_of_which_nothing_can_be_kept_is_refused(environment: dict[str, str]) -> None:
    done = subprocess.run(command("\x1b"), env=environment, input=b"", capture_output=True)

    assert done.stderr == b"grove: --as needs a name with signs that can be kept.\n"


def test_several_terminals_share_one_store_from_the_first_start_on(
    environment: dict[str, str],
) -> None:
    typed = "\n".join([*HELLO, "/prompt", "What is {}?", "1", "/mine"])
    running = [
        subprocess.Popen(
            command(name), env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for name in ("ana", "ben")
    ]  # fmt: skip
    for number, process in enumerate(running):
        assert process.stdin is not None
        process.stdin.write(typed.format(f"thing {number}") + "\n")
        process.stdin.flush()
    outs = [process.communicate(timeout=DEADLINE) for process in running]

    for number, (out, err) in enumerate(outs):
        assert f"| What is thing {number}?" in out.split("\n\n")[-2], err


def test_a_reader_who_goes_away_ends_the_terminal(environment: dict[str, str]) -> None:
    process = subprocess.Popen(
        command("ana"), env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(b"/help\n")
    process.stdin.flush()
    process.stdout.readline()
    process.stdout.close()
    process.stdin.write(b"/help\n" * 100)
    process.stdin.close()

    assert process.wait(DEADLINE) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def ended(environment: dict[str, str], redirected: str) -> tuple[int, str]:
    """How the terminal ends by itself, with its streams led elsewhere, and what it complains of."""
    words = ["bash", "-c", f'"$@" {redirected}', "-", *command("ana")]
    done = subprocess.run(
        words, input=b"/help\n", env=environment, capture_output=True, timeout=DEADLINE
    )
    return done.returncode, done.stderr.decode()


def test_screens_that_cannot_be_written_end_the_terminal(environment: dict[str, str]) -> None:
    code, said = ended(environment, ">/dev/full")

    assert (code, said) == (
        1,
        "grove: The screens cannot be written: No space left on device.\n",
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-"])
def test_a_terminal_without_input_or_output_is_refused(
    environment: dict[str, str], closed: str
) -> None:
    code, said = ended(environment, closed)

    assert code == 1
    assert said == "grove: The terminal needs an input and an output; one of them is closed.\n"


def test_a_terminal_needs_no_place_for_complaints(environment: dict[str, str]) -> None:
    assert ended(environment, "2>&-") == (0, "")


def test_a_connection_that_is_torn_off_ends_the_terminal(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        theirs = socket.create_connection(server.getsockname())
        ours, _ = server.accept()
    running = subprocess.Popen(
        command("ana"), stdin=theirs, env=environment, stdout=subprocess.PIPE
    )
    theirs.close()
    assert running.stdout is not None
    with running.stdout:
        ours.send(b"/help\n")
        running.stdout.readline()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        ours.close()

        assert running.wait(DEADLINE) == 0


class Keyboard:
    """A person at a pseudo-terminal."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self.before = termios.tcgetattr(theirs)
        self.theirs = theirs
        self.process = subprocess.Popen(
            command("ana"), env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True, preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),
        )  # fmt: skip
        self.seen = ""

    def type(self, words: str, until: str) -> str:
        """What is drawn after typing, up to and with this."""
        os.write(self._ours, words.encode())
        return self.read(until)

    def read(self, until: str) -> str:
        begun, deadline = len(self.seen), time.monotonic() + DEADLINE
        while not (found := re.search(until, self.seen[begun:])):
            assert time.monotonic() < deadline, self.seen[begun:]
            if select.select([self._ours], [], [], 0.2)[0]:
                self.seen += os.read(self._ours, 65536).decode()
        return self.seen[begun : begun + found.end()]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._ours)
        os.close(self.theirs)


@pytest.fixture
def keyboard(environment: dict[str, str]) -> Iterator[Keyboard]:
    keyboard = Keyboard(environment)
    keyboard.read(">>> ")
    yield keyboard
    keyboard.close()


def test_a_person_sees_colours_and_a_prompt(keyboard: Keyboard) -> None:
    drawn = keyboard.type("/consent\r", "Privacy.*\n(.*\n)*.*>>> ")

    assert "\x1b[" in drawn
    assert "Before you begin" in drawn


def test_line_editing_works(keyboard: Keyboard) -> None:
    assert "\x07" not in keyboard.type("/helx\x7fp\r", "What you can do")


def test_quit_leaves_the_terminal_as_it_was(keyboard: Keyboard) -> None:
    os.write(keyboard._ours, b"/quit\r")

    assert keyboard.process.wait(DEADLINE) == 0
    assert termios.tcgetattr(keyboard.theirs) == keyboard.before


@pytest.mark.parametrize("end", ["ctrl-c", "ctrl-c in a line", "SIGTERM", "ctrl-d"])
def test_a_text_in_the_making_is_kept_when_the_terminal_ends(
    keyboard: Keyboard, environment: dict[str, str], end: str
) -> None:
    keyboard.type("/consent\r", ">>> ")
    keyboard.type("agree\r", ">>> ")
    keyboard.type("/prompt\r", ">>> ")
    keyboard.type('"""\r', r"\.\.\. ")
    keyboard.type("Half a thought\r", r"\.\.\. ")

    wanted = "Half a thought"
    match end:
        case "ctrl-c":
            keyboard.process.send_signal(signal.SIGINT)
        case "ctrl-c in a line":
            keyboard.type('"""\r', ">>> ")
            keyboard.type("edit:1\r", ">>> ")
            keyboard.type("A new though", "thoug.*h")
            keyboard.process.send_signal(signal.SIGINT)
            wanted = "A new though"
        case "SIGTERM":
            keyboard.process.send_signal(signal.SIGTERM)
        case _:
            os.write(keyboard._ours, b"\x04")

    assert keyboard.process.wait(DEADLINE) == 0
    assert termios.tcgetattr(keyboard.theirs) == keyboard.before
    assert drafts(environment) == [wanted]
