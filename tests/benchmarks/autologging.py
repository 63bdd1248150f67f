"""What autologging adds to a fit, against the same fit without it, in turns in one process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from figures import Figure, sized


def autologging(folder: Path) -> list[Figure]:
    """A fit of about ten seconds, and a small one beside writing its pickle."""
    import cloudpickle
    import numpy
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression

    import runreport

    runreport.set_tracking_uri(folder / "archive")
    rng = numpy.random.default_rng(0)

    def fit(make: Callable[[], Any], data: Any, target: Any, *, is_logged: bool) -> float:
        runreport.sklearn.autolog(disable=not is_logged)
        model = make()
        began = time.perf_counter()
        model.fit(data, target)
        return time.perf_counter() - began

    small, kinds = rng.random((150, 4)), rng.integers(0, 3, 150)

    def make_small() -> Any:
        return LogisticRegression(max_iter=200)

    fit(make_small, small, kinds, is_logged=True)  # imports, and the first index of the archive
    pairs = [
        tuple(fit(make_small, small, kinds, is_logged=on) for on in (False, True))
        for _ in range(25)
    ]
    fitted = make_small().fit(small, kinds)
    dumps = []
    for number in range(25):
        began = time.perf_counter()
        with (folder / f"{number}.pkl").open("wb") as file:
            cloudpickle.dump(fitted, file)
        dumps.append(time.perf_counter() - began)
    bare = statistics.median(a for a, _ in pairs)
    dump = statistics.median(dumps)
    added = (statistics.median(b - a for a, b in pairs) - dump) * 1000

    large = rng.random((sized(60_000), 20))
    labels = (large[:, 0] + rng.random(sized(60_000)) > 1).astype(int)

    def make_large() -> Any:
        return RandomForestClassifier(n_estimators=20, random_state=0, n_jobs=1, max_depth=12)

    seconds = fit(make_large, large, labels, is_logged=False)
    trees = max(4, sized(round(20 * 10 / seconds)))

    def make_ten_seconds() -> Any:
        return RandomForestClassifier(n_estimators=trees, random_state=0, n_jobs=1, max_depth=12)

    long = [
        tuple(fit(make_ten_seconds, large, labels, is_logged=on) for on in (False, True))
        for _ in range(3)
    ]
    model = make_ten_seconds().fit(large, labels)
    began = time.perf_counter()
    with (folder / "large.pkl").open("wb") as file:
        cloudpickle.dump(model, file)
    pickled = time.perf_counter() - began
    plain = statistics.median(a for a, _ in long)
    logged = statistics.median(b for _, b in long)
    share = statistics.median((b - pickled) / a for a, b in long)
    return [
        Figure(
            "autologging a small fit, added beside its pickle", f"{added:.1f} ms",
            f"{bare * 1000:.1f} ms (the fit)", f"{added / 30:.2f} of 30 ms", "≤ 1", added <= 30,
        ),
        Figure(
            "autologging a fit of ten seconds, beside its pickle", f"{logged - pickled:.2f} s",
            f"{plain:.2f} s (the fit)", f"{share:.3f}", "≤ 1.02", share <= 1.02,
        ),
    ]  # fmt: skip
