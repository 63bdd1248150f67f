from __future__ import annotations

from runreport.report.runs.packages import Packages, make_packages


def packages_of(**versions: str) -> Packages:
    found = make_packages({"packages": versions})
    assert found is not None
    return found


def test_runs_with_the_same_packages_share_their_files_whatever_their_order() -> None:
    one, other = packages_of(b="2", a="1.0"), packages_of(a="1.0", b="2")
    assert one == other and one.requirements == "a==1.0\nb==2\n" and one.count == 2
    assert one.requirements_path != packages_of(a="1.0", b="3").requirements_path


def test_requirements_ask_nobody_for_another_package_of_our_name() -> None:
    text = packages_of(a="1", runreport="0.1", **{"runreport-static": "2"}).requirements
    wanted = [line for line in text.splitlines() if not line.startswith("#")]
    assert wanted == ["a==1"] and "# runreport-static==2" in text


def test_what_pip_would_take_for_more_than_a_version_is_told_to_scripts_only() -> None:
    own = packages_of(x="1; rm -rf /", __proto__="<1>")
    assert own.requirements == ""
    assert own.script.startswith(
        f'runreport.packages("{own.digest}",[["__proto__","\\u003c1\\u003e"]'
    )


def test_nothing_recorded_is_no_list() -> None:
    assert make_packages({}) is None and make_packages({"packages": ["numpy"]}) is None
