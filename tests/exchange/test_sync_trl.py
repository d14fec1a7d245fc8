"""TRL's own trainers take a synced folder as it stands."""

import pytest
from fakes.offline import offline
from fakes.synced import synced, with_trees

pytest.importorskip("trl", reason="the train extra is not installed")
pytestmark = pytest.mark.slow

TRAIN = """
import sys
from datasets import load_dataset
from transformers import AutoModelForSequenceClassification, GPTNeoXConfig, GPTNeoXForCausalLM
from trl import GRPOConfig, GRPOTrainer, RewardConfig, RewardTrainer
from trl import RLOOConfig, RLOOTrainer, SFTConfig, SFTTrainer
from training.chat import train_tokenizer

folder, place = sys.argv[1:]
view = {name: load_dataset(folder, name, cache_dir=f"{place}/cache")["train"]
        for name in ("sft", "pairs", "prompts")}
words = (turn["content"] for row in view["sft"] for turn in row["messages"])
tokenizer = train_tokenizer(words, 300)
shape = GPTNeoXConfig(
    vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
    intermediate_size=32, max_position_embeddings=128, pad_token_id=tokenizer.pad_token_id,
    bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id)
model, judge = f"{place}/model", f"{place}/judge"
GPTNeoXForCausalLM(shape).save_pretrained(model)
AutoModelForSequenceClassification.from_pretrained(model, num_labels=1).save_pretrained(judge)
for saved in (model, judge):
    tokenizer.save_pretrained(saved)
plain = dict(
    output_dir=f"{place}/out", max_steps=1, per_device_train_batch_size=4, use_cpu=True, bf16=False,
    gradient_checkpointing=False, report_to="none", save_strategy="no", disable_tqdm=True)
groups = dict(num_generations=2, max_completion_length=8)
trainers = [
    SFTTrainer(model, SFTConfig(**plain, assistant_only_loss=True), train_dataset=view["sft"]),
    RewardTrainer(judge, RewardConfig(**plain), train_dataset=view["pairs"]),
    RLOOTrainer(model, judge, RLOOConfig(**plain, **groups), train_dataset=view["prompts"]),
    GRPOTrainer(model, judge, GRPOConfig(**plain, **groups), train_dataset=view["prompts"]),
]
for trainer in trainers:
    assert trainer.train().global_step == 1
    print(type(trainer).__name__)
"""


async def test_every_trainer_takes_a_step_on_its_view(new_store, tmp_path):
    await synced(await with_trees(await new_store(), 40), tmp_path / "data")

    said = offline(TRAIN, tmp_path / "hf", tmp_path / "data", tmp_path)
    named = [line for line in said.splitlines() if line.endswith("Trainer")]
    assert named == ["SFTTrainer", "RewardTrainer", "RLOOTrainer", "GRPOTrainer"]
