"""Compares the network of a fold with the shipped fusion on the persons and clips that the fold left out.

    python evaluate.py --data DATA --cache CACHE --run RUN --fold 1

For each attack AUC and APCER where 5 % of the bona fide of the same set are refused; for each set the log-odds that the
lowest 1, 2 and 5 % of its bona fide photos reach, and the highest of an attack. Photos as they are.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

import train  # puts the shared folders on the path
import network
import tables

CEILING, MINIFASNET_WEIGHT, OWN_WEIGHT = 8.0, 1.2, 4.0


def fused(outputs):
    """The evidence of models/calibration/liveness.toml from the outputs of fr-liveness and minifasnet-2.7."""
    first = outputs[:, 0] - np.logaddexp(outputs[:, 1], outputs[:, 2])
    second = outputs[:, 4] - np.logaddexp(outputs[:, 3], outputs[:, 5])
    return sum(w * CEILING * np.tanh(odds / CEILING) for w, odds in ((1, first), (MINIFASNET_WEIGHT, second)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "run"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--fold", type=int, required=True)
    arguments = parser.parse_args()
    model = network.Detector(1, network.TEXTURE_BLOCK, pretrained=False)
    model.load_state_dict(torch.load(arguments.run / f"fold-{arguments.fold}.pt"))
    for name in train.LABELLED + train.ORDINARY:
        stored, rows = train.load(arguments.data, arguments.cache, name)
        unknown = np.flatnonzero(rows.fold == arguments.fold)
        own = network.predict(model, stored["exact"][unknown])[:, 0]
        shipped = fused(stored["outputs"][unknown])
        live, attacks = rows.live.to_numpy()[unknown], rows.attack.to_numpy()[unknown]
        print(f"{name}: {live.sum()} bona fide, lowest 1, 2, 5 %: {np.quantile(own[live], [0.01, 0.02, 0.05]).round(2)}")
        for attack in sorted(set(attacks) - {""}):
            chosen = attacks == attack
            print(f"  {attack}: {chosen.sum()} photos, highest {own[chosen].max():.2f}")
            for how, score in (("shipped", shipped), ("own", own), ("joined", shipped + OWN_WEIGHT * own)):
                passing = (score[chosen] >= np.quantile(score[live], 0.05)).mean()
                print(f"    {how}: AUC {tables.auc(score[live], score[chosen]):.4f}, APCER {passing:.4f}", flush=True)


if __name__ == "__main__":
    main()
