"""Turns conversations into tokens: Open-Assistant's chat format, or ChatML where it is known.

Open-Assistant's format closes every turn with the end token:
`<|prompter|>Hello<|endoftext|><|assistant|>Hi!<|endoftext|>`. The templates carry
`{% generation %}` marks, from which the loss knows the assistant's words.

Conversations that are too long lose their oldest turns, never their end: a model that never
sees an end token never learns to stop.
"""

from collections.abc import Iterable

from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from training.rows import Turn

END, PAD = "<|endoftext|>", "<|padding|>"
ROLE_TOKENS = ["<|prompter|>", "<|assistant|>", "<|system|>"]
IGNORED = -100  # a label the loss leaves out

OPEN_ASSISTANT = (
    "{%- for m in messages -%}"
    "{%- if m['role'] == 'system' -%}{{- '<|system|>' + m['content'] + '<|endoftext|>' -}}"
    "{%- elif m['role'] == 'user' -%}{{- '<|prompter|>' + m['content'] + '<|endoftext|>' -}}"
    "{%- else -%}{{- '<|assistant|>' -}}"
    "{%- generation -%}{{- m['content'] + '<|endoftext|>' -}}{%- endgeneration -%}"
    "{%- endif -%}{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}"
)
CHATML = (
    "{%- for m in messages -%}{{- '<|im_start|>' + m['role'] + '\n' -}}"
    "{%- if m['role'] == 'assistant' -%}"
    "{%- generation -%}{{- m['content'] + '<|im_end|>' -}}{%- endgeneration -%}"
    "{%- else -%}{{- m['content'] + '<|im_end|>' -}}{%- endif -%}{{- '\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}"
)
TEMPLATES = {"open-assistant": OPEN_ASSISTANT, "chatml": CHATML}


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """A byte-level BPE learned from the data, for a model that is made from nothing."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END, PAD, *ROLE_TOKENS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer)
    set_chat(fast, "open-assistant")
    return fast


def set_chat(tokenizer: PreTrainedTokenizerBase, chat: str) -> None:
    """Give a tokenizer the format's template and tokens; padding must differ from the end."""
    tokenizer.chat_template = TEMPLATES[chat]
    if chat == "open-assistant":
        tokenizer.add_special_tokens(
            {
                "eos_token": END,
                "bos_token": END,
                "unk_token": END,
                "pad_token": PAD,
                "additional_special_tokens": ROLE_TOKENS,
            }
        )
    elif tokenizer.pad_token in (None, tokenizer.eos_token):
        tokenizer.add_special_tokens({"pad_token": END})


def defused(turns: Iterable[Turn], tokenizer: PreTrainedTokenizerBase) -> list[Turn]:
    """Turns whose words cannot pose as control tokens: a typed `<|assistant|>` is text."""
    result = []
    for turn in turns:
        content = turn["content"]
        for token in tokenizer.all_special_tokens:
            content = content.replace(token, f"{token[0]} {token[1:]}")
        result.append({"role": turn["role"], "content": content})
    return result


def tokens_of_prompt(
    turns: list[Turn], tokenizer: PreTrainedTokenizerBase, limit: int
) -> list[int]:
    """A prompt up to the point where the assistant begins, its oldest turns left out to fit."""
    ids: list[int] = _ids(shortened(turns, tokenizer, limit), tokenizer, begin_reply=True)
    return ids[-limit:]


def shortened(turns: list[Turn], tokenizer: PreTrainedTokenizerBase, limit: int) -> list[Turn]:
    """The latest turns that fit; a last turn too long by itself keeps its end."""
    turns = defused(turns, tokenizer)
    while len(turns) > 1 and len(_ids(turns, tokenizer, begin_reply=True)) > limit:
        turns = turns[1:]
    while turns[0]["role"] == "assistant" and len(turns) > 1:
        turns = turns[1:]
    excess = len(_ids(turns, tokenizer, begin_reply=True)) - limit
    if excess > 0:
        words = tokenizer(turns[-1]["content"], add_special_tokens=False)["input_ids"]
        kept = words[excess:] or words[-1:]
        content = tokenizer.decode(kept, clean_up_tokenization_spaces=False)
        content = content.lstrip("\ufffd") or content  # half of a character would grow again
        turns = [{"role": turns[-1]["role"], "content": content}]
    return turns


def tokens_of_reply(
    prompt: list[Turn], reply: str, tokenizer: PreTrainedTokenizerBase, limit: int
) -> tuple[list[int], bool]:
    """Prompt and reply as the reward model reads them, and whether words had to be left out.

    The reply has at most three quarters of the room; its end token always stays.
    """
    answer: Turn = {"role": "assistant", "content": reply}
    prompt = defused(prompt, tokenizer)
    start = _ids(prompt, tokenizer, begin_reply=True)
    whole = _ids([*prompt, *defused([answer], tokenizer)], tokenizer)
    if len(whole) <= limit:
        return whole, False
    tail = whole[len(start) :]
    room = max(limit - len(start), limit * 3 // 4)
    if len(tail) > room:
        tail = tail[: room - 2] + tail[-2:]  # both formats end within two tokens
    start = tokens_of_prompt(prompt, tokenizer, limit - len(tail))
    return start + tail, True


def labelled(
    turns: list[Turn], tokenizer: PreTrainedTokenizerBase, limit: int
) -> dict[str, list[int]] | None:
    """A conversation labelled on the assistant's words alone; None if its last reply is too long.

    Shapes: input_ids (time,), labels (time,).
    """
    turns = defused(turns, tokenizer)
    while True:
        coded = tokenizer.apply_chat_template(
            turns, tokenize=True, return_dict=True, return_assistant_tokens_mask=True
        )
        ids, mask = coded["input_ids"], coded["assistant_masks"]
        if len(ids) <= limit:
            labels = [token if own else IGNORED for token, own in zip(ids, mask, strict=True)]
            return {"input_ids": ids, "labels": labels}
        if len(turns) <= 2:
            return None
        turns = turns[1:]
        while turns[0]["role"] == "assistant" and len(turns) > 1:
            turns = turns[1:]


def _ids(
    turns: list[Turn], tokenizer: PreTrainedTokenizerBase, *, begin_reply: bool = False
) -> list[int]:
    coded = tokenizer.apply_chat_template(
        turns, tokenize=True, return_dict=True, add_generation_prompt=begin_reply
    )
    return list(coded["input_ids"])
