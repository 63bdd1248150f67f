from __future__ import annotations

import json

import pytest

from runreport.errors import InvalidValue
from runreport.models import ColSpec, ParamSchema, Schema, TensorSpec, infer_signature
from runreport.models.schema import type_text


def test_a_schema_reads_back_what_it_wrote() -> None:
    nested = {
        "type": "object",
        "properties": {"x": {"type": "array", "items": {"type": "long"}, "required": True}},
    }
    schema = Schema(
        [ColSpec("long", "a"), ColSpec(nested, "b", required=False), ColSpec("any", "c")]
    )
    assert Schema.from_json(schema.to_json()) == schema
    tensors = Schema([TensorSpec("float32", (-1, 3), "x"), TensorSpec("int64", ())])
    assert Schema.from_json(tensors.to_json()) == tensors


def test_older_files_say_optional_instead_of_required() -> None:
    (spec,) = Schema.from_json('[{"type": "double", "name": "a", "optional": true}]')
    assert spec == ColSpec("double", "a", required=False)


def test_a_type_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidValue, match="'decimal'; a column is one of boolean, integer"):
        ColSpec("decimal", "price")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"type": "tensor"}]', '[{"name": "a"}]'])
def test_what_is_no_schema_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(InvalidValue, match="is no schema of a model"):
        Schema.from_json(text)


def test_columns_and_tensors_do_not_mix() -> None:
    with pytest.raises(InvalidValue, match=r"columns .* or tensors"):
        Schema([ColSpec("long"), TensorSpec("int64", (-1,))])


def test_types_read_as_words() -> None:
    nested = {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "long"}}}}
    assert type_text(nested) == "list of {a: long}"
    assert str(TensorSpec("float32", (-1, 3))) == "float32 tensor, any x 3"


def test_rows_are_optional_where_one_lacks_them_and_types_must_agree() -> None:
    signature = infer_signature([{"a": 1, "b": "x"}, {"a": 2}])
    assert signature.to_dict()["inputs"] == json.dumps(
        [
            {"type": "long", "name": "a", "required": True},
            {"type": "string", "name": "b", "required": False},
        ]
    )
    with pytest.raises(InvalidValue, match="both long and string"):
        infer_signature([1, "a"])


def test_what_has_no_place_in_a_signature_is_named() -> None:
    with pytest.raises(InvalidValue, match="of type object has no place in a signature"):
        infer_signature({"a": object()})


def test_params_keep_their_defaults() -> None:
    params = infer_signature(params={"n": 3, "stop": ["a"]}).params
    assert params is not None and ParamSchema.from_json(params.to_json()) == params
    assert [str(spec) for spec in params] == [
        "n: long, default 3",
        "stop: list of string, default ['a']",
    ]
