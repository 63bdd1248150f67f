from __future__ import annotations

import random

import pytest

from runreport.archive.facts import (
    DEFAULT_ID,
    decode_fact,
    derive_id,
    encode_fact,
    fold_experiments,
    read_facts,
    write_fact,
)
from runreport.archive.storage import LocalStorage
from runreport.errors import Damaged


def test_two_machines_derive_one_id_from_one_name() -> None:
    assert derive_id("Sweep") == derive_id("Sweep")
    assert len(derive_id("Sweep")) == 18 and derive_id("Sweep").isdecimal()
    assert derive_id("Sweep") != derive_id("sweep")
    assert derive_id("Default") == DEFAULT_ID


def test_a_taken_id_is_derived_anew() -> None:
    first = derive_id("Sweep")
    second = derive_id("Sweep", [first])
    assert second not in (first, derive_id("Sweep", [first, second]))


def test_facts_fold_in_any_order_and_any_number_of_times(storage: LocalStorage) -> None:
    facts = [write_fact(storage, "7", "experiment", "name", "old", time_ms=10)]
    for kind, key, value in (
        ("tag", "team", "red"),
        ("experiment", "name", "new"),
        ("tag", "team", None),
        ("tag", "stage", "one"),
        ("lifecycle", "experiment", "deleted"),
    ):
        facts.append(write_fact(storage, "7", kind, key, value, after=facts[-1].counter))
    expected = fold_experiments(facts)["7"]
    assert (expected.name, expected.tags, expected.is_deleted) == ("new", {"stage": "one"}, True)
    assert expected.created_ms == 10
    for seed in range(10):
        shuffled = facts * 2
        random.Random(seed).shuffle(shuffled)
        assert fold_experiments(shuffled)["7"] == expected


def test_every_changed_byte_of_a_fact_is_found_and_named(storage: LocalStorage) -> None:
    fact = write_fact(storage, "7", "experiment", "name", "Ärger <b>")
    data = encode_fact(fact)
    assert decode_fact(data) == fact
    for place in range(len(data)):
        changed = bytearray(data)
        changed[place] ^= 1
        with pytest.raises(Damaged):
            decode_fact(bytes(changed))
    (file,) = storage.list("experiments")
    storage.put(file.path, data[:-3])
    events, problems = read_facts(storage)
    assert events == [] and problems[0][0] == file.path
