"""The names of users and hosts that an archive recorded, wherever else they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runreport.report.redaction.scanner import PRIVATE, Hit, Rule, Text

_COMMON = frozenset(
    "admin administrator airflow amber anonymous app art azureuser base bill build builder "
    "chance chase ci clay cluster codespace colab crystal dask data dean debian default demo dev "
    "docker drew ec2-user faith frank gpu grace grant guest head home hope host iris ivy jack "
    "jade jasmine jenkins job jovyan joy june kaggle lab lance lane laptop lily linux local "
    "localhost lucky mac mark master max may melody miles min model name nobody node notebook "
    "olive pat pearl penny pi pipeline play postgres python ray rich robin rocky root rose ruby "
    "run runner sage sandy server service sky spark star student sue system task temp terry test "
    "tester train trainer ubuntu user vagrant victor violet vscode web will windows work worker "
    "workstation".split()
)
"""Names that name nobody, or that are words elsewhere; behind /home/ they go all the same."""
_LEAST = 3


def name_rules(names: Iterable[str]) -> tuple[Rule, ...]:
    """The rule that finds some names; none where there are none."""
    told = {name.strip() for name in names}
    told = {name for name in told if len(name) >= _LEAST and name.lower() not in _COMMON}
    if not told:
        return ()
    ordered = sorted(told, key=lambda name: (-len(name), name))
    encoded = [name.encode("utf-8", "surrogatepass") for name in ordered]
    anchor = rb"(?i:" + b"|".join(map(_quoted, encoded)) + rb")"
    return (Rule(anchor, _name),)


def _quoted(name: bytes) -> bytes:
    return b"".join(
        bytes((byte,)) if bytes((byte,)).isalnum() else b"\\x%02x" % byte for byte in name
    )


def _name(text: Text, start: int, end: int) -> Iterator[Hit]:
    """A name that is no part of a longer word; digits, marks and a change of case end one."""
    data = text.data
    before, after = data[start - 1 : start], data[end : end + 1]
    first, last = data[start : start + 1], data[end - 1 : end]
    if before.isalpha() and not text.begins(start) and not (before.islower() and first.isupper()):
        return
    if after.isalpha() and not (last.islower() and after.isupper()):
        return
    if (last.isdigit() and after.isdigit()) or (first.isdigit() and before.isdigit()):
        return
    yield Hit(start, end, "user or host name", PRIVATE, False)
