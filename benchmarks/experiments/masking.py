"""F1 with pairs hidden while testing (DocRE-SD, Fig. 5).

    python -m benchmarks.experiments.masking CHECKPOINT DATA [--held-out 100] [--rates 0 0.5 1] [--precision auto]

``--held-out`` takes only as many documents as a training run holds out of that file.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch

from kg_docre.annotations import Document
from kg_docre.data.features import collate
from kg_docre.evaluation.relations import facts_of, harmonic, ratio
from kg_docre.precision import autocast
from kg_docre.predictor import Predictor
from kg_docre.training.dataset import label_tensor, read_split


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint")
    parser.add_argument("data", type=Path)
    parser.add_argument("--held-out", type=int, default=0)
    parser.add_argument("--rates", nargs="+", type=float, default=[0.0, 0.5, 1.0])
    parser.add_argument("--precision", default="auto")
    arguments = parser.parse_args()
    everything, held_out = read_split([arguments.data], None, arguments.held_out)
    predictor = Predictor.from_pretrained(arguments.checkpoint, precision=arguments.precision, checks=False)
    for rate in arguments.rates:
        f1 = masked_f1(predictor, held_out or everything, rate)
        print(f"{rate:g} masked: F1 {100 * f1:.1f}", flush=True)


@torch.inference_mode()
def masked_f1(predictor: Predictor, documents: Sequence[Document], rate: float, *, seed: int = 0) -> float:
    """F1 where a random ``rate`` of all pairs is masked as in training."""
    generator = torch.Generator().manual_seed(seed)
    relations = list(predictor.model.config.relations)
    expected = found = both = 0
    for document in documents:
        expected += len(facts_of(document))
        if len(document.entities) < 2:
            continue
        predictions, hidden = [], None
        for member in predictor.members:
            model, features = member.model, member.featurizer([document])
            with autocast(predictor.device, predictor.precision):
                matrix = model.encode(collate(features, model.config).to(predictor.device))
                if hidden is None:
                    hidden = (torch.rand(len(matrix.pairs[0]), generator=generator) < rate).to(predictor.device)
                masked = torch.zeros(matrix.features.shape[:3], dtype=torch.bool, device=predictor.device)
                masked[matrix.pairs] = hidden
                predictions.append(model.predict(matrix, masked=masked))
        truth = label_tensor([document], features, relations).to(predictor.device)[matrix.pairs]
        guess = predictor.judgement(predictions) >= predictor.decision
        found, both = found + int(guess.sum()), both + int((truth & guess).sum())
    return harmonic(ratio(both, found), ratio(both, expected))


if __name__ == "__main__":
    main()
