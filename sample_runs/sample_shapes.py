"""The segmentation runs of the samples: pictures over steps, metrics by class, what went wrong.

A softmax regression over the pixels around each pixel tells circles, squares and triangles from
the background; it is trained here, on pictures that are drawn here.
"""

from __future__ import annotations

import numpy as np

import runreport as mlflow

CLASSES = ("background", "circle", "square", "triangle")
COLOURS = np.array([[245, 245, 245], [66, 150, 220], [184, 25, 152], [195, 134, 22]], np.uint8)
SIZE = 40
EPOCHS = 10
SHOWN = (0, 1, 2, 4, 6, 8, 10)
"""The epochs whose predictions are logged."""

NOTE = """
How much of a pixel's surroundings must a linear model see to name its shape? Each run's
`prediction` is a picture a step: the input, the truth and what the model says.

```value
of = "best"
```

The gradient is $\\nabla_W = X^\\top(\\hat{p} - y)/n$; above a rate of about 1 it overshoots and
diverges.
"""


def segment_shapes() -> None:
    """Three that finished, one that was resumed, one that diverged and one that failed."""
    mlflow.set_experiment("Shape segmentation")
    mlflow.set_experiment_tag("mlflow.note.content", NOTE.strip())
    train_run("patch-3-lr-0.3", 3, 0.3)
    train_run("patch-7-lr-0.3", 7, 0.3)
    resumed_run("patch-11-lr-0.3", 11, 0.3)
    train_run("patch-11-lr-0.6", 11, 0.6)
    train_run("patch-11-lr-80", 11, 80.0)
    try:
        train_run("patch-11-half-masks", 11, 0.3, masks=SIZE // 2)
    except ValueError:
        return
    raise AssertionError("the run with masks of another size was meant to fail")


def train_run(name: str, patch: int, rate: float, masks: int = SIZE) -> None:
    with mlflow.start_run(run_name=name):
        log_settings(patch, rate)
        Training(patch, rate, masks).go_on(0, EPOCHS)


def resumed_run(name: str, patch: int, rate: float) -> None:
    """Ended in the middle, and resumed from the last saved weights, two epochs earlier."""
    training = Training(patch, rate, SIZE)
    run = mlflow.start_run(run_name=name)
    log_settings(patch, rate)
    training.go_on(0, 4)
    saved = training.weights.copy()
    training.go_on(4, 6)
    mlflow.end_run("KILLED")
    training.weights = saved
    with mlflow.start_run(run_id=run.info.run_id):
        training.go_on(4, EPOCHS)


def log_settings(patch: int, rate: float) -> None:
    mlflow.log_params({"patch": patch, "learning_rate": rate, "epochs": EPOCHS, "seed": 0})
    mlflow.set_tags({"model": "softmax", "stage": "segmentation"})


class Training:
    """The data of a run and its weights."""

    def __init__(self, patch: int, rate: float, masks: int) -> None:
        self.patch, self.rate = patch, rate
        rng = np.random.default_rng(0)
        self.train = [draw(rng) for _ in range(24)]
        self.held_out = [draw(rng) for _ in range(8)]
        for place, (image, truth) in enumerate(self.train):
            self.train[place] = (image, truth[:masks, :masks])
        self.weights = np.zeros((patch * patch + 1, len(CLASSES)))

    def go_on(self, first: int, last: int) -> None:
        for epoch in range(first, last + 1):
            losses = [self.step(image, truth) for image, truth in self.train] if epoch else []
            mlflow.log_metrics(self.scores(losses), step=epoch)
            if epoch in SHOWN:
                mlflow.log_image(self.picture(), key="prediction", step=epoch)

    def step(self, image: np.ndarray, truth: np.ndarray) -> float:
        """One step of gradient descent over the pixels of a picture; its loss."""
        seen, wanted = surroundings(image, self.patch), np.eye(len(CLASSES))[truth.ravel()]
        said = softmax(seen @ self.weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            loss = -float(np.mean(np.sum(wanted * np.log(said), axis=1)))
        self.weights -= self.rate * seen.T @ (said - wanted) / len(seen)
        return loss

    def predict(self, image: np.ndarray) -> np.ndarray:
        said = surroundings(image, self.patch) @ self.weights
        return said.argmax(axis=1).reshape(image.shape)

    def scores(self, losses: list[float]) -> dict[str, float]:
        truths = np.concatenate([truth.ravel() for _, truth in self.held_out])
        guesses = np.concatenate([self.predict(image).ravel() for image, _ in self.held_out])
        shares = {}
        for number, name in enumerate(CLASSES):
            both = np.sum((truths == number) & (guesses == number))
            either = np.sum((truths == number) | (guesses == number))
            shares[f"val/iou/class_{name}"] = float(both / either) if either else 0.0
        found = {"val/iou/mean": float(np.mean([*shares.values()])), **shares}
        found["val/pixel_accuracy"] = float(np.mean(truths == guesses))
        return {**found, "train/loss": float(np.mean(losses))} if losses else found

    def picture(self) -> np.ndarray:
        """Input, truth and prediction of the first held-out picture, beside each other."""
        image, truth = self.held_out[0]
        grey = np.repeat((image.clip(0, 1) * 255).astype(np.uint8)[..., None], 3, axis=2)
        parts = (grey, COLOURS[truth], COLOURS[self.predict(image)])
        return np.kron(np.concatenate(parts, axis=1), np.ones((3, 3, 1), np.uint8))


def draw(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A noisy picture of three shapes, and the class of each pixel."""
    rows, columns = np.mgrid[:SIZE, :SIZE]
    truth = np.zeros((SIZE, SIZE), int)
    for number in (1, 2, 3):
        y, x, r = rng.integers(8, SIZE - 8), rng.integers(8, SIZE - 8), rng.integers(5, 9)
        inside = {
            1: (rows - y) ** 2 + (columns - x) ** 2 <= r * r,
            2: (abs(rows - y) <= r * 0.8) & (abs(columns - x) <= r * 0.8),
            3: (rows <= y + r) & (rows - y + r >= 2 * abs(columns - x)),
        }[number]
        truth[inside] = number
    shade = np.array([0.1, 0.45, 0.7, 0.95])[truth]
    return shade + rng.normal(0, 0.12, truth.shape), truth


def surroundings(image: np.ndarray, patch: int) -> np.ndarray:
    """Of each pixel those around it and a one."""
    wide = np.pad(image, patch // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(wide, (patch, patch))
    flat = windows.reshape(image.size, patch * patch)
    return np.hstack([flat, np.ones((image.size, 1))])


def softmax(scores: np.ndarray) -> np.ndarray:
    """As it is written in a first draft: what is too large for a float is no number any more."""
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.exp(scores)
        return powers / powers.sum(axis=1, keepdims=True)
