"""Logistic regression for the story scorers: examples in, weights out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass
class Example:
    """Features of a report beside a story, and whether they belong together."""

    features: dict[str, float]
    together: bool
    weight: float
    stream: str = ""


def balanced(examples: list[Example], most: float) -> list[Example]:
    """Examples weighted so that none of their streams weighs more than ``most``."""
    counts = Counter(example.stream for example in examples)
    for example in examples:
        example.weight = min(1.0, most / counts[example.stream])
    return examples


def fit(
    examples: Sequence[Example],
    prior: Mapping[str, float],
    *,
    ridge: float,
    held: Sequence[str] = (),
) -> dict[str, float]:
    """Logistic regression by Newton's method, with a ridge towards ``prior``; ``held`` stay as
    there."""
    names = [name for name in examples[0].features if name not in held]
    x = np.array([[1.0, *(e.features[name] for name in names)] for e in examples])
    given = np.array(
        [sum(prior.get(name, 0.0) * e.features.get(name, 0.0) for name in held) for e in examples]
    )
    y = np.array([float(e.together) for e in examples])
    w = np.array([e.weight for e in examples])
    start = np.array([prior.get(name, 0.0) for name in ["constant", *names]])
    beta: NDArray[np.float64] = start.copy()
    penalty = np.diag([0.1, *[ridge] * len(names)])
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(x @ beta + given, -30, 30)))
        gradient = x.T @ (w * (y - p)) - penalty @ (beta - start)
        hessian = (x * (w * p * (1 - p))[:, None]).T @ x + penalty
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-6:
            break
    found = dict(zip(["constant", *names], (round(float(b), 3) for b in beta), strict=True))
    return found | {name: prior[name] for name in held if name in prior}


def told(name: str, examples: Sequence[Example], weights: Mapping[str, float]) -> None:
    """Print weights as they stand in ``dedupe/stories/weights.py``."""
    together = sum(e.together for e in examples)
    print(f"{name}: {len(examples)} examples, {together} together")
    for feature, weight in weights.items():
        if abs(weight) >= 0.005:
            print(f'    "{feature}": {weight},', flush=True)
