"""The evaluated runs of the samples: three ways to answer questions from a handbook."""

from __future__ import annotations

import math
import re
from collections import Counter

import runreport as mlflow
from runreport.metrics.genai import answer_correctness

HANDBOOK = {
    "Where do runs go?": "Into an archive: a folder of Parquet files that you own.",
    "Is there a server?": "No. The report is static files that any web host can serve.",
    "What does a crash lose?": "Nothing that a call has returned for.",
    "How is a report built?": "With the command runreport build, on any machine or in a CI job.",
    "Can two machines log at once?": "Yes. Their archives are merged later, in any order.",
    "How do I compare runs?": "Filter the run table of an experiment and read its charts.",
    "Does a report work offline?": "Yes. It makes no request and opens from a zip.",
    "What happens to secrets?": "They are redacted before anything is written into the site.",
    "How are runs deleted?": "They are hidden first; purging erases their bytes.",
    "Which engines read an archive?": "DuckDB, Polars, pandas and Spark read its files in place.",
    "How are models versioned?": "Each name counts versions from one and reuses no number.",
    "Can I change a param later?": "No, unless autologging recorded it; tags can always change.",
}
QUESTIONS = {
    "Where are my runs stored?": "Where do runs go?",
    "Do I have to run a server to show a report?": "Is there a server?",
    "My process was killed, is anything lost?": "What does a crash lose?",
    "How do I build the report in a CI job?": "How is a report built?",
    "May two machines write runs at the same time?": "Can two machines log at once?",
    "How can I see which run is better?": "How do I compare runs?",
    "Can I open the report from a zip without a network?": "Does a report work offline?",
    "Will my secrets be published in the site?": "What happens to secrets?",
    "How do I erase the bytes of a run?": "How are runs deleted?",
    "Can Spark read the files?": "Which engines read an archive?",
    "What number does the next version of a model get?": "How are models versioned?",
    "Why may I not log a param again?": "Can I change a param later?",
}
"""Questions as people ask them, and the heading that answers each."""
_WORD = re.compile(r"[a-z]+")
_COMMON = frozenset("a an and any are be by can do does from how i in is it its of on or that the "
                    "they this to what where which will with your".split())  # fmt: skip


def evaluate_answers() -> None:
    """Each way to answer is a run, scored against the handbook."""
    mlflow.set_experiment("Handbook answers")
    mlflow.set_experiment_tag("team", "docs")
    data = {
        "inputs": list(QUESTIONS),
        "ground_truth": [HANDBOOK[title] for title in QUESTIONS.values()],
    }
    for name, answer in (("shortest", shortest), ("overlap", by_overlap), ("tf-idf", by_weight)):
        with mlflow.start_run(run_name=f"retriever-{name}"):
            mlflow.log_params({"ranking": name, "passages": len(HANDBOOK)})
            mlflow.set_tag("model", "retriever")
            mlflow.evaluate(
                lambda questions, answer=answer: [answer(question) for question in questions],
                data,
                targets="ground_truth",
                metrics=["exact_match", "rougeL", "bleu", "token_count"],
                extra_metrics=[answer_correctness(model=judge)],
            )


def shortest(question: str) -> str:
    """The shortest passage that shares a word with the question."""
    return min(HANDBOOK.values(), key=lambda text: (not words(question) & words(text), len(text)))


def by_overlap(question: str) -> str:
    """The passage that shares most words with the question."""
    return max(
        HANDBOOK.values(), key=lambda text: (len(words(question) & words(text)), -len(text))
    )


def by_weight(question: str) -> str:
    """The passage that shares the rarest words with the question, its heading counted in."""
    seen = Counter(word for pair in HANDBOOK.items() for word in words(" ".join(pair)))

    def weight(title: str) -> float:
        shared = words(question) & words(f"{title} {HANDBOOK[title]}")
        return sum(math.log(len(HANDBOOK) / (1 + seen[word])) + 1 for word in shared)

    return HANDBOOK[max(HANDBOOK, key=weight)]


def words(text: str) -> set[str]:
    """The words that say something."""
    return {word.rstrip("s") for word in _WORD.findall(text.lower())} - _COMMON


def judge(prompt: str) -> tuple[float, str]:
    """A judge without a language model: how many of the target's words the output has."""
    target, output = (
        words(prompt.split(f"<<<{name} ")[1].split(">>>")[1].split("<<<end", maxsplit=1)[0])
        for name in ("targets", "output")
    )
    shared = target & output
    missing = ", ".join(sorted(target - output)[:3])
    score = 1 + round(4 * len(shared) / max(1, len(target)))
    return score, "Says what the handbook says." if not missing else f"Leaves out {missing}."
