"""`current.json`, the one small file that names all others, and what it says about them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction

from bot.exchange.errors import FileError
from bot.exchange.sync.bucket import SPLITS, Bucket, DataFile
from bot.exchange.sync.choice import Selection
from bot.exchange.sync.counts import Counts
from bot.exchange.sync.views import VIEWS
from core.export import Json
from core.policy import Policy
from training.oasst import VALIDATION_SHARE

FORMAT = 1
SPLIT_RULE = f"validation when int(sha256(tree_id)[:8], 16) % {VALIDATION_SHARE} == 0, else train"


@dataclass(frozen=True, slots=True)
class Current:
    """A published state of the training store."""

    buckets: Mapping[str, Bucket]  # by name; every one, also those that are empty
    manifest: Json

    @property
    def files(self) -> Sequence[DataFile]:
        return [file for name in sorted(self.buckets) for file in self.buckets[name].files]

    @property
    def counts(self) -> Counts:
        return Counts.of_all(bucket.counts for bucket in self.buckets.values())

    @property
    def generation(self) -> str:
        """A hash of everything that a reader can read."""
        named = [[file.path, file.sha256] for file in self.files]
        return hashlib.sha256(_text([named, self.manifest]).encode()).hexdigest()

    def as_bytes(self) -> bytes:
        told: Json = {
            "format": FORMAT,
            "generation": self.generation,
            "files": [file.as_json() for file in self.files],
            "manifest": self.manifest,
            "buckets": {name: _kept(bucket) for name, bucket in sorted(self.buckets.items())},
        }
        return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()

    @classmethod
    def from_bytes(cls, content: bytes, where: str) -> Current:
        try:
            told = json.loads(content)
            if told["format"] != FORMAT:
                raise FileError(f"{where} has format {told['format']}; this program writes 1.")
            files: dict[str, list[Json]] = {name: [] for name in told["buckets"]}
            for file in told["files"]:
                files[file["bucket"]].append(file)
            buckets = {
                name: Bucket.from_json({**kept, "files": files[name]})
                for name, kept in told["buckets"].items()
            }
            return cls(buckets, told["manifest"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FileError(
                f"{where}/current.json is of no training store ({error!r}); name another folder."
            ) from error


def _kept(bucket: Bucket) -> Json:
    """The rest of a bucket, whose files stand among all others."""
    return {name: value for name, value in bucket.as_json().items() if name != "files"}


def manifest_of(counts: Counts, selection: Selection, policy: Policy) -> Json:
    """What a reader wants to know before reading."""
    return {
        "counts": {
            view: {split: counts.rows[f"{view}|{split}"] for split in SPLITS} for view in VIEWS
        },
        "policy": {name: _plain(value) for name, value in asdict(policy).items()},
        "consent_version": policy.terms_version,
        "languages": dict(sorted(counts.languages.items())),
        "platforms": dict(sorted(counts.platforms.items())),
        "licences": dict(sorted(counts.licences.items())),
        "models": dict(sorted(counts.models.items())),
        "split": SPLIT_RULE,
        "selection": selection.as_json(),
        "withdrawn": counts.withdrawn,
    }


def _plain(value: object) -> object:
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    return value


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
