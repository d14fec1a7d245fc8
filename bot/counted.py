"""Things that are counted, in what the program tells a maintainer, who reads English."""


def counted(count: int, thing: str) -> str:
    """`1 tree`, `2 trees`."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def trees_and_messages(trees: int, messages: int) -> str:
    """`1 tree with 2 messages`."""
    return f"{counted(trees, 'tree')} with {counted(messages, 'message')}"
