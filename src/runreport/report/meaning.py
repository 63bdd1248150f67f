"""What the name of a metric says of it: how likely it is what a run is about, and which way is
better.

Names are read as words (``val/loss``, ``valLoss``, ``mAP50-95``); a config that says otherwise
counts more than any of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

_MOST_KEPT = 8192
"""Names of which is remembered what they mean: the same stand in thousands of runs."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_DIGITS = re.compile(r"(?<=[_/.\- ])\d+")
"""A number that stands alone in a name, unlike that of top5 and recall@10."""
_FAMILY = 3
_HELD_OUT = frozenset(
    "val valid validation test eval evaluation dev holdout heldout oof cv".split()
)
_TRAINING = frozenset("train training fit".split())
_HIGHER = frozenset(
    "acc accuracy auc auroc auprc roc f1 f2 fscore fbeta map ap ar precision recall sensitivity "
    "specificity iou miou dice jaccard bleu sacrebleu rouge meteor chrf cider spice bertscore "
    "r2 reward rewards return returns score success psnr ssim mrr ndcg hits kappa mcc pass em "
    "gain rew top1 top5 elbo likelihood loglikelihood pearson spearman silhouette profit wins "
    "winrate".split()
)
_LOWER = frozenset(
    "loss losses error err rmse mse mae mape smape rmsle msle medae logloss nll perplexity ppl "
    "wer cer ter fid kid lpips crossentropy xent bce ce kl regret brier ece cost deviance "
    "residual distance divergence inertia aic bic overfit gap eer".split()
)
_TECHNICAL = frozenset(
    "grad grads gradient gradients norm lr learning momentum decay wd time times duration seconds "
    "sec secs ms minutes hours elapsed runtime latency eta memory mem ram vram gpu cpu disk "
    "network power temperature utilization util epoch epochs step steps global iter iters "
    "iteration iterations batch throughput fps speed samples tokens examples count num n size "
    "params flops "
    "beta gamma alpha scale system timestamp progress length seed weight weights bias".split()
)
_GOOD_RATES = frozenset("success win pass hit".split())
_BAD_RATES = frozenset("error failure fail false miss".split())
_ABOUT_TRAINING = frozenset(
    "scale norm time times seconds sec secs ms duration memory lr weight weights std stdev var "
    "variance stderr sem ci code".split()
)
"""Where one of them is the last word, no other counts: ``loss_scale`` is no loss."""
_KNOWN_FIRST = ("accuracy", "acc", "auc", "auroc", "f1", "map", "score", "reward", "return")


@lru_cache(maxsize=_MOST_KEPT)
def words_of(name: str) -> tuple[str, ...]:
    """A name in lower-case words: ``valLoss`` and ``val/loss`` are ``val loss``."""
    words = [word.lower() for word in _WORD.findall(name.replace("IoU", "Iou"))]
    joined: list[str] = []
    for word in words:  # f1, r2, top5, mAP50: digits belong to the letters before them
        if word == "iou" and joined and joined[-1] == "m":
            joined[-1] = "miou"
        elif word.isdigit() and joined and f"{joined[-1]}{word}" in _HIGHER:
            joined[-1] += word
        elif word == "ap" and joined and joined[-1] == "m":
            joined[-1] = "map"
        else:
            joined.append(word)
    return tuple(joined)


@lru_cache(maxsize=_MOST_KEPT)
def better(name: str) -> str | None:
    """``max`` or ``min``, which values of a metric are better as its name says; None unless it
    does.

    The last word that says anything counts: ``accuracy_error`` is an error.
    """
    if is_technical(name):
        return None
    words = words_of(name)
    found = _said(words)
    if found is not None and _is_negated(words):
        return "min" if found == "max" else "max"
    return found


def direction_of(name: str, primary: str | None, told: str | None) -> str | None:
    """Which values of a metric are better: of the primary one as a config says, where it does;
    else as the name does."""
    return told if told is not None and name == primary else better(name)


def _is_negated(words: Sequence[str]) -> bool:
    """``neg_mean_squared_error`` and ``negative_elbo``, but not the F1 of the class
    ``negative``."""
    own = [word for word in words if word not in _HELD_OUT | _TRAINING]
    is_first = own[:1] == ["negative"] and own[1:2] not in (["f1"], ["precision"], ["recall"])
    return "neg" in words or (is_first and own[1:2] not in (["predictive"], ["rate"]))


def _said(words: Sequence[str]) -> str | None:
    for word in reversed(words):
        if word == "rate" and {*words} & _GOOD_RATES:
            return "max"
        if word == "rate" and {*words} & _BAD_RATES:
            return "min"
        if word in _LOWER:
            return "min"
        if word in _HIGHER:
            return "max"
    return None


def is_technical(name: str) -> bool:
    """Whether a metric is about how training goes rather than about what comes of it."""
    in_order = words_of(name)
    if in_order and (in_order[-1] in _ABOUT_TRAINING or in_order[0] == "time"):
        return True
    words = {*in_order}
    return bool(words & _TECHNICAL) and not words & (_HIGHER | _LOWER)


def numbered(names: Iterable[str]) -> set[str]:
    """The names of which many differ by a number only: ``auc/class_7`` is what no run is about."""
    every = {name: _DIGITS.sub("#", name) for name in names}
    counts = Counter(every.values())
    return {name for name, form in every.items() if counts[form] >= _FAMILY}


@lru_cache(maxsize=_MOST_KEPT)
def rank_in_sections(name: str) -> tuple[object, ...]:
    """Where a metric stands among others in sections: by what a run is about; what no word is
    known of after what is."""
    return better(name) is None, *importance_of_name(name)


@lru_cache(maxsize=_MOST_KEPT)
def importance_of_name(name: str) -> tuple[int, int, int]:
    """Metrics sort by it: those that a run is likely to be about come first.

    Those of held-out data come before those of training; scores before losses before what no word
    is known of; what is about the training itself last.
    """
    words = words_of(name)
    own = {*words}
    is_held_out = own & _HELD_OUT or words[:1] == ("metrics",)  # as YOLO calls them
    split = 0 if is_held_out else 2 if own & _TRAINING else 1
    way = better(name)
    kind = 3 if is_technical(name) else {"max": 0, "min": 1, None: 2}[way]
    known = next((n for n, word in enumerate(_KNOWN_FIRST) if word in own), len(_KNOWN_FIRST))
    is_of_one_threshold = "map" in own and "95" not in own  # mAP50-95 is the mean over ten
    return (int(kind == 3), split, kind * 100 + 2 * known + is_of_one_threshold)
