from __future__ import annotations

import inspect

import runreport


def test_all_is_complete_sorted_and_importable() -> None:
    assert runreport.__all__ == sorted(runreport.__all__)
    for name in runreport.__all__:
        assert getattr(runreport, name) is not None


def test_every_public_function_has_a_docstring() -> None:
    for name in runreport.__all__:
        value = getattr(runreport, name)
        if inspect.isfunction(value) or inspect.isclass(value):
            assert inspect.getdoc(value), name


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(runreport, "no_such_thing")
