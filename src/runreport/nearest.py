"""The name that was probably meant, for messages about one that there is not."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that is most like a word; None when none is near.

    Args:
        cutoff: how like it must be, 0 to 1.
    """
    import difflib

    names = list(known)
    close = difflib.get_close_matches(word, names, n=1, cutoff=cutoff)
    if not close:  # the case may be all that differs, or what stands before the dot
        folded = {name.lower(): name for name in reversed(names)}
        close = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=cutoff)
        close = [folded[name] for name in close]
    return close[0] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` Did you mean 'loss'?``, to stand after a sentence; empty when nothing is near."""
    close = nearest(word, known)
    return f" Did you mean {close!r}?" if close else ""
