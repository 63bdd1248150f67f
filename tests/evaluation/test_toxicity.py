"""The real loading code, with a tiny classifier made on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import runreport
from runreport.errors import InvalidValue
from runreport.evaluation import toxicity as module
from runreport.metrics import toxicity


def tiny_classifier(folder: Path, labels: dict[int, str]) -> Path:
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "you", "are"]
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(words))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=8, max_position_embeddings=32, id2label=labels,
        label2id={name: number for number, name in labels.items()},
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.mark.frameworks
@pytest.mark.filterwarnings("default")
def test_a_classifier_of_hugging_face_scores_each_row(archive: Path, tmp_path: Path) -> None:
    place = tiny_classifier(tmp_path / "tiny", {0: "nothate", 1: "hate"})
    result = runreport.evaluate(
        lambda x: ["you are good", "you are bad"], {"inputs": ["a", "b"]},
        extra_metrics=[toxicity(str(place))],
    )  # fmt: skip
    table = result.tables["eval_results_table"]
    assert all(0 < score < 1 for score in table["toxicity/v1/score"])
    assert set(result.metrics) == {
        f"toxicity/v1/{name}" for name in ("mean", "variance", "p90", "ratio")
    }
    from transformers import pipeline

    direct = pipeline("text-classification", model=str(place))("you are good", top_k=None)
    expected = next(one["score"] for one in direct if one["label"] == "hate")
    assert table["toxicity/v1/score"][0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.frameworks
@pytest.mark.filterwarnings("default")
def test_a_classifier_without_a_toxic_label_is_refused(archive: Path, tmp_path: Path) -> None:
    place = tiny_classifier(tmp_path / "tiny", {0: "happy", 1: "sad"})
    with pytest.raises(InvalidValue, match="one of its labels must be one of hate"):
        runreport.evaluate(
            lambda x: ["you"], {"inputs": ["a"]}, extra_metrics=[toxicity(str(place))]
        )


@pytest.mark.frameworks
@pytest.mark.filterwarnings("default")
def test_a_classifier_that_cannot_be_had_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNREPORT_TOXICITY_MODEL", str(tmp_path / "gone"))
    with pytest.raises(InvalidValue, match=r"cannot be had: .*RUNREPORT_TOXICITY_MODEL"):
        toxicity().check()


def test_the_default_is_mlflows_and_the_label_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def load(name: str) -> Any:
        asked.append(name)
        return lambda texts, **_: [
            [{"label": "nothate", "score": 0.25}, {"label": "hate", "score": 0.75}] for _ in texts
        ]

    monkeypatch.setattr(module, "load_classifier", load)
    value = toxicity().score(module.Rows(["x", "y"], None, {}))
    assert set(asked) == {"facebook/roberta-hate-speech-dynabench-r4-target"}
    assert value.scores == [0.75, 0.75]
    assert value.aggregate_results is not None and value.aggregate_results["ratio"] == 1.0


def test_without_transformers_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    module.load_classifier.cache_clear()
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(InvalidValue, match=r"pip install 'transformers\[torch\]'"):
        toxicity().check()
