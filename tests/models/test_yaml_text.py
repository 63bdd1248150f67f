from __future__ import annotations

import time

import pytest

from runreport.errors import InvalidValue
from runreport.models.folder import parse_model
from runreport.models.yaml_text import read_yaml


def test_plain_values_are_read_and_times_stay_text() -> None:
    text = """
a: 1
b: [true, null, ~, 1.5, -2e0]
c: {d: '7', e: "x"}
when: 2026-11-21 18:14:09.413077
at: 2026-11-21
version: 1.2.0
sexagesimal: 1:30
multi: |
  two
  lines
3: three
"""
    assert read_yaml(text) == {
        "a": 1, "b": [True, None, None, 1.5, "-2e0"], "c": {"d": "7", "e": "x"},
        "when": "2026-11-21 18:14:09.413077", "at": "2026-11-21", "version": "1.2.0",
        "sexagesimal": "1:30", "multi": "two\nlines\n", "3": "three",
    }  # fmt: skip
    assert read_yaml("") is None and read_yaml("x") == "x"


BOMBS = {
    "deep": "flavors: " + "[" * 400_000,
    "deep with spaces": "flavors: " + "[ " * 200_000,
    "deep blocks": "\n".join("  " * n + "a:" for n in range(300)),
    "deep dashes": "- " * 100_000 + "x",
    "base sixty": "flavors: {}\nz: " + "1:" * 200_000 + "1",
    "long number": "flavors: {}\nz: " + "9" * 400_000,
    "aliases": "a: &a [x]\nb: [*a, *a]",
    "merges": "a: &a {x: 1}\nb: {<<: *a}",
    "tag": "flavors: !!python/object/apply:os.system ['true']",
    "empty number": "flavors: {}\nz: !!int ''",
    "list as key": "? [a]\n: b",
    "no end": "flavors: {",
    "control": "flavors: {\x00}",
    "too long": "a" * 600_000,
    "many parts": "flavors: {}\nz: [" + "a," * 60_000 + "]",
    "flavors a list": "flavors: [a]",
    "flavor a number": "flavors: {a: 3}",
    "signature a number": "flavors: {}\nsignature: 3",
    "deep signature": "flavors: {}\nsignature: {inputs: '" + "[" * 100_000 + "'}",
    "array of nothing": 'flavors: {}\nsignature: {inputs: \'[{"type": "array", "name": 1}]\'}',
    "odd object": 'flavors: {}\nsignature: {inputs: \'[{"type": "object", "properties": [1]}]\'}',
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_would_hurt_a_reader_is_refused_at_once(name: str) -> None:
    began = time.perf_counter()
    with pytest.raises(InvalidValue):
        model = parse_model(BOMBS[name], "MLmodel")
        if name in ("base sixty", "long number"):  # these are texts
            assert isinstance(model.others["z"], str)
            raise InvalidValue("read as text")
    assert time.perf_counter() - began < 5
