from __future__ import annotations

import pytest

from runreport.report.meaning import (
    better,
    importance_of_name,
    is_technical,
    numbered,
    words_of,
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("valLoss", ("val", "loss")),
        ("val/loss", ("val", "loss")),
        ("metrics/mAP50-95(B)", ("metrics", "map", "50", "95", "b")),
        ("test_f1_macro", ("test", "f1", "macro")),
        ("RMSE", ("rmse",)),
        ("", ()),
    ],
)
def test_names_are_read_as_words(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("direction", "names"),
    [
        ("max", "val_accuracy f1 r2 success_rate mAP50 eval_rouge1 mean_reward ep_rew_mean top5 "
                "valAUC bleu score ssim train/recall mIoU val_IoU negative/f1 "
                "neg_mean_squared_error "
                "test_neg_log_loss"),
        ("min", "loss val_loss RMSE error_rate val_word_error_rate logLoss perplexity "
                "train/box_loss accuracy_error false_positive_rate wer neg_log_likelihood "
                "negative_elbo false_negative_rate"),
        (None, "m learning_rate lr-Adam grad_norm epoch_time loss_scale gpu_memory width "
               "weight_norm steps_per_second heart_rate val_acc_std reward_var time_to_accuracy "
               "return_code"),
    ],
)  # fmt: skip
def test_which_way_is_better_is_what_the_name_says(direction: str | None, names: str) -> None:
    assert {name: better(name) for name in names.split()} == dict.fromkeys(
        names.split(), direction
    )


def test_what_a_run_is_about_comes_before_how_it_went() -> None:
    names = "lr train_loss grad_norm val_loss width loss val_acc train_acc acc epoch".split()
    assert sorted(names, key=lambda name: (*importance_of_name(name), name)) == [
        "val_acc", "val_loss", "acc", "loss", "width", "train_acc", "train_loss",
        "epoch", "grad_norm", "lr",
    ]  # fmt: skip
    assert is_technical("system/cpu_utilization") and not is_technical("val_loss_epoch")


def test_a_detector_is_about_its_map_and_not_about_a_loss() -> None:
    for names in (
        "metrics/mAP50-95(B) metrics/mAP50(B) val/box_loss train/box_loss lr/pg0",
        "metrics/mAP_0.5:0.95 metrics/mAP_0.5 val/obj_loss x/lr0",
        "metrics/accuracy_top1 metrics/accuracy_top5 val/loss train/loss",
    ):
        in_order = names.split()
        assert sorted(names.split(), key=lambda n: (*importance_of_name(n), n)) == in_order


def test_what_differs_by_a_number_only_is_many() -> None:
    classes = [f"val/auc/class_{n}" for n in range(5)]
    assert numbered([*classes, "top1", "top5", "val/loss"]) == set(classes)
