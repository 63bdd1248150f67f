from __future__ import annotations

from typing import Any

import pytest

from runreport.errors import InvalidValue
from runreport.models import ColSpec, Schema, TensorSpec, infer_signature, validate_schema
from runreport.models.validation import enforce_params, enforce_schema

pandas = pytest.importorskip("pandas")
numpy = pytest.importorskip("numpy")

COLUMNS = Schema([ColSpec("long", "age"), ColSpec("double", "income"), ColSpec("string", "city")])
FRAME = pandas.DataFrame({"age": [1], "income": [2.0], "city": ["Ulm"]})


def test_columns_are_put_in_order_and_others_left_out() -> None:
    mixed = FRAME.assign(extra=1)[["city", "extra", "income", "age"]]
    assert list(enforce_schema(mixed, COLUMNS).columns) == ["age", "income", "city"]


def test_a_missing_column_is_named_with_what_there_is() -> None:
    with pytest.raises(InvalidValue, match=r"lacks the column 'city'.*the data has age, income"):
        enforce_schema(FRAME[["age", "income"]], COLUMNS)


def test_an_optional_column_may_be_missing() -> None:
    schema = Schema([ColSpec("long", "age"), ColSpec("long", "height", required=False)])
    assert list(enforce_schema(FRAME, schema).columns) == ["age"]


def test_numbers_are_widened_and_narrowed_only_without_loss() -> None:
    whole = FRAME.assign(income=[2])
    assert str(enforce_schema(whole, COLUMNS)["income"].dtype) == "float64"
    narrow = Schema([ColSpec("integer", "age")])
    assert str(enforce_schema(FRAME, narrow)["age"].dtype) == "int32"
    with pytest.raises(InvalidValue, match="'age' holds long; the model takes integer"):
        enforce_schema(FRAME.assign(age=[2**40]), narrow)
    with pytest.raises(InvalidValue, match="'age' holds string; the model takes long"):
        enforce_schema(FRAME.assign(age=["old"]), COLUMNS)


def test_missing_values_have_no_place_among_whole_numbers() -> None:
    with pytest.raises(InvalidValue, match="missing values, which long cannot hold"):
        enforce_schema(pandas.DataFrame({"age": [1, None]}), Schema([ColSpec("long", "age")]))


def test_dictionaries_and_rows_become_frames_and_arrays_need_the_width() -> None:
    assert enforce_schema({"age": 1, "income": 2.0, "city": "Ulm"}, COLUMNS).equals(FRAME)
    assert enforce_schema([{"age": 1, "income": 2.0, "city": "Ulm"}], COLUMNS).equals(FRAME)
    with pytest.raises(InvalidValue, match=r"shape \(1, 2\); the model takes 3 columns"):
        enforce_schema(numpy.zeros((1, 2)), COLUMNS)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (numpy.zeros((2, 4), "float32"), r"shape \(2, 4\); the model takes \(-1, 3\)"),
        (numpy.zeros((2, 3), "float64"), "type float64; the model takes float32 tensor"),
        ([["a", "b", "c"]], "could not convert"),
    ],
)
def test_tensors_keep_type_and_shape(data: Any, message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        enforce_schema(data, Schema([TensorSpec("float32", (-1, 3))]))


def test_named_tensors_are_found_by_name() -> None:
    schema = Schema([TensorSpec("int64", (-1,), "ids"), TensorSpec("float64", (-1, 2), "x")])
    data = {"ids": numpy.array([1], "int32"), "x": numpy.zeros((1, 2))}
    assert enforce_schema(data, schema)["ids"].dtype == "int64"
    with pytest.raises(InvalidValue, match=r"tensors ids, x; \['x'\] are missing"):
        enforce_schema({"ids": [1]}, schema)


def test_a_model_without_a_signature_says_how_to_give_it_one() -> None:
    with pytest.raises(InvalidValue, match=r"log_model\(\.\.\., signature=infer_signature"):
        validate_schema(FRAME, None)


def test_params_have_defaults_and_types() -> None:
    schema = infer_signature(params={"temperature": 0.5, "stop": ["a"]}).params
    assert enforce_params({"temperature": 1}, schema) == {"temperature": 1, "stop": ["a"]}
    with pytest.raises(InvalidValue, match="'temperature' is 'hot'"):
        enforce_params({"temperature": "hot"}, schema)
    with pytest.warns(UserWarning, match="takes no param n"):
        enforce_params({"n": 1}, schema)
    with pytest.warns(UserWarning, match="signature has no params; n are not passed on"):
        assert enforce_params({"n": 1}, None) == {}


def test_nested_columns_are_held_against_their_type() -> None:
    lists = infer_signature([{"a": [1.5, 2.0]}]).inputs
    assert lists is not None
    enforce_schema([{"a": [1, 2]}], lists)
    with pytest.raises(InvalidValue, match="'a' holds string; the model takes list of double"):
        enforce_schema([{"a": "no list"}], lists)
    objects = infer_signature([{"m": {"role": "x"}}]).inputs
    assert objects is not None
    enforce_schema([{"m": {"role": "y", "more": 1}}], objects)
    with pytest.raises(InvalidValue, match="'m' holds long"):
        enforce_schema([{"m": 7}], objects)
    with pytest.raises(
        InvalidValue, match=r"holds \{other: string\}; the model takes \{role: string\}"
    ):
        enforce_schema([{"m": {"other": "y"}}], objects)


def test_a_dictionary_is_one_row_where_its_lists_are_values() -> None:
    data = {"q": "hi", "context": ["a", "b"]}
    schema = infer_signature(data).inputs
    assert schema is not None
    frame = enforce_schema(data, schema)
    assert len(frame) == 1 and frame["context"][0] == ["a", "b"]


def test_a_renamed_column_is_recognised() -> None:
    with pytest.raises(InvalidValue, match=r"Is 'Age' meant for 'age'\?"):
        enforce_schema(FRAME.rename(columns={"age": "Age"}), COLUMNS)


@pytest.mark.parametrize(
    ("params", "ok"),
    [({"t": {"x": 1}}, False), ({"n": 3}, False), ({"n": (3, 4)}, True), ({"n": ["a"]}, False),
     ({"t": 1}, True), ({"t": "1"}, False), ({"n": numpy.array([1, 2])}, True)],
)  # fmt: skip
def test_params_are_numbers_or_lists_as_the_signature_says(params: Any, ok: bool) -> None:
    schema = infer_signature(params={"t": 0.5, "n": [1, 2]}).params
    if ok:
        enforce_params(params, schema)
    else:
        with pytest.raises(InvalidValue, match="Param"):
            enforce_params(params, schema)


def test_categories_and_tensors_have_a_schema_and_columns_of_one_name_have_not() -> None:
    series = pandas.Series(pandas.Categorical([1, None], categories=[1, 2]))
    (spec,) = infer_signature(pandas.DataFrame({"a": series})).inputs or ()
    assert spec == ColSpec("long", "a", required=False)
    with pytest.raises(InvalidValue, match="several columns named 'a'"):
        infer_signature(pandas.DataFrame([[1, 2]], columns=["a", "a"]))
