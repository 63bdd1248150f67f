"""What a model needs to run: ``requirements.txt``, ``python_env.yaml`` and ``conda.yaml``."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import metadata
from typing import Any

from runreport.errors import InvalidValue, NotFound

REQUIREMENTS = "requirements.txt"
CONDA = "conda.yaml"
PYTHON = "python_env.yaml"
_BUILD_PACKAGES = ("pip", "setuptools", "wheel")

Requirements = Sequence[str] | str
"""Requirements as pip has them, or the path of a file of them."""


def write_environment(
    folder: str,
    packages: Iterable[str],
    *,
    pip_requirements: Requirements | None = None,
    extra_pip_requirements: Requirements | None = None,
    conda_env: str | dict[str, Any] | None = None,
) -> dict[str, str]:
    """Write the three files and return how a flavour names them.

    Args:
        packages: distributions that the model needs; those installed are pinned.
        pip_requirements: instead of them.
        extra_pip_requirements: besides them.
        conda_env: a conda environment, as a dictionary or a file, whose pip requirements count.

    Raises:
        InvalidValue: a conda environment and requirements are both given, or one is neither.
        NotFound: a file that is named does not exist.
    """
    if conda_env is not None and (pip_requirements or extra_pip_requirements):
        raise InvalidValue("Give conda_env or pip requirements, not both.")
    conda = None if conda_env is None else _conda_of(conda_env)
    if conda is not None:
        lines = _pip_of(conda)
    elif pip_requirements is not None:
        lines = read_requirements(pip_requirements)
    else:
        lines = list(pinned(packages))
    lines = list(dict.fromkeys((*lines, *read_requirements(extra_pip_requirements or ()))))
    _write(folder, REQUIREMENTS, "".join(f"{line}\n" for line in lines))
    python = platform.python_version()
    build = [f"{name}=={v}" if (v := version_of(name)) else name for name in _BUILD_PACKAGES]
    listed = "".join(f"- {line}\n" for line in build)
    _write(
        folder,
        PYTHON,
        f"python: {python}\nbuild_dependencies:\n{listed}dependencies:\n- -r {REQUIREMENTS}\n",
    )
    _write(folder, CONDA, _conda_text(python, lines) if conda is None else _yaml(conda))
    return {"conda": CONDA, "virtualenv": PYTHON}


def pinned(packages: Iterable[str]) -> Iterable[str]:
    """Those of some distributions that are installed, with their versions."""
    for name in dict.fromkeys(packages):
        version = version_of(name)
        if version is not None:
            yield f"{name}=={version}"


@lru_cache(maxsize=256)
def version_of(distribution: str) -> str | None:
    """The version of an installed distribution, without what it says of its build."""
    try:
        return metadata.version(distribution).partition("+")[0]
    except metadata.PackageNotFoundError:
        return None


def read_requirements(given: Requirements) -> list[str]:
    """Requirements as lines.

    Raises:
        NotFound: there is no such file.
        InvalidValue: they are no text.
    """
    if isinstance(given, str | os.PathLike):
        try:
            with open(given, encoding="utf-8") as file:
                lines = [line.strip() for line in file]
        except OSError as error:
            raise NotFound(
                f"There is no requirements file {given!r}. Give a list, such as "
                "['scikit-learn==1.5.0'], or the path of a file."
            ) from error
        return [line for line in lines if line and not line.startswith("#")]
    for line in given:
        if not isinstance(line, str):
            raise InvalidValue(f"Requirement {line!r} is no text, such as 'pandas==2.2.0'.")
    return list(given)


def package_of(requirement: str) -> str:
    """The name in a requirement, in pip's one spelling; empty for options and paths."""
    match = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return "" if match is None else re.sub(r"[-_.]+", "-", match[1]).lower()


def _conda_of(given: str | dict[str, Any]) -> dict[str, Any]:
    content: Any = given
    if isinstance(given, str | os.PathLike):
        import yaml

        try:
            with open(given, encoding="utf-8") as file:
                content = yaml.safe_load(file)
        except OSError as error:
            raise NotFound(f"There is no conda environment file {given!r}.") from error
    if not isinstance(content, dict) or not isinstance(content.get("dependencies", []), list):
        raise InvalidValue("conda_env is no conda environment; it needs a list 'dependencies'.")
    return content


def _pip_of(conda: dict[str, Any]) -> list[str]:
    nested = [entry["pip"] for entry in conda.get("dependencies", []) if isinstance(entry, dict)]
    return [str(line) for lines in nested for line in lines or ()]


def _conda_text(python: str, lines: Sequence[str]) -> str:
    """Written by hand: PyYAML needs milliseconds for it."""
    pip = version_of("pip")
    head = f"channels:\n- conda-forge\ndependencies:\n- python={python}\n"
    head += f"- pip<={pip}\n" if pip else "- pip\n"
    listed = "".join(f"  - {_quoted(line)}\n" for line in lines)
    return f"{head}- pip:\n{listed}name: model-env\n" if lines else f"{head}name: model-env\n"


def _quoted(line: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._=<>~!,\[\]+-]*", line):
        return line
    return "'" + line.replace("'", "''") + "'"


def _yaml(content: dict[str, Any]) -> str:
    import yaml

    return str(yaml.safe_dump(content, sort_keys=False, allow_unicode=True))


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(text)
