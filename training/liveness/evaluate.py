"""What the network says of photos that it was not trained on: RUN/predictions/<set>.npz, read by fit_liveness.py.

    python evaluate.py --data DATA --cache CACHE --run RUN
    python evaluate.py --data DATA --cache CACHE --run RUN --weights models/trained

`own` and `less_own` are the log-odds of bona fide for the crops `exact` and `less` by the network of the fold that left
the photo's person or clip out; `own_unseen` and `less_own_unseen`, for the labelled sets, by the network that never saw
the set at all. Prints AUC and APCER where 5 % of the bona fide of the same set are refused, of this network alone. The
second exports RUN/final.pt as faceward-liveness-1.onnx and prints how far the file is from the framework.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

import train  # puts the shared folders on the path
import export
import network
import tables


NAME = "faceward-liveness-1"


def trained(run, part):
    """The network RUN/<part>.pt."""
    model = network.Detector(1, network.TEXTURE_BLOCK, pretrained=False)
    model.load_state_dict(torch.load(run / f"{part}.pt", weights_only=True))
    return model


def odds(run, part, crops):
    """Log-odds by the network RUN/<part>.pt."""
    return network.predict(trained(run, part), crops)[:, 0] if len(crops) else np.zeros(0, np.float32)


def out_of_fold(run, crops, folds):
    """Each crop by the network that left its fold out; no number where that fold was not run."""
    told = np.full(len(crops), np.nan, np.float32)
    for fold in range(train.N_FOLDS):
        if (run / f"fold-{fold}.pt").exists():
            told[folds == fold] = odds(run, f"fold-{fold}", crops[folds == fold])
    return told


def predictions(run, name, stored, rows):
    fold_of_row = dict(zip(stored["row"], rows.fold))
    crops = {"own": (stored["exact"], rows.fold.to_numpy())}
    if "less" in stored:
        crops["less_own"] = (stored["less"], np.array([fold_of_row[row] for row in stored["less_row"]]))
    told = {key: out_of_fold(run, *value) for key, value in crops.items()}
    if name in train.LABELLED and (run / f"without-{name}.pt").exists():
        told |= {f"{key}_unseen": odds(run, f"without-{name}", value[0]) for key, value in crops.items()}
    return told


def report(name, rows, told):
    all_live, all_attacks = rows.live.to_numpy(), rows.attack.to_numpy()
    for key in (key for key in told if not key.startswith("less")):
        known = np.isfinite(told[key])
        score, live, attack = told[key][known], all_live[known], all_attacks[known]
        print(f"{name}, {key}: {live.sum()} bona fide, lowest 1, 2, 5 %: {np.quantile(score[live], [0.01, 0.02, 0.05]).round(2)}")
        for kind in sorted(set(attack) - {""}):
            chosen = score[attack == kind]
            passing = (chosen >= np.quantile(score[live], 0.05)).mean()
            print(f"  {kind}, {len(chosen)}: AUC {tables.auc(score[live], chosen):.4f}, APCER {passing:.4f}", flush=True)


def exported(arguments):
    """Writes the network that ships, and prints its largest difference from the framework on photos of every set."""
    model, path = trained(arguments.run, "final"), arguments.weights / f"{NAME}.onnx"
    n_bytes = export.written(model, train.SIDE, path, NAME)
    sets = (train.load(arguments.data, arguments.cache, name)[0] for name in (*train.LABELLED, *train.ORDINARY))
    crops = np.concatenate([stored["exact"][:: len(stored["exact"]) // 40] for stored in sets])
    print(f"{path}: {n_bytes} bytes, differs by {export.difference(model, path, crops.transpose(0, 3, 1, 2).copy()):.4f}")


def predicted(arguments):
    """Keeps and reports what the networks of the folds say."""
    folder = arguments.run / "predictions"
    folder.mkdir(exist_ok=True)
    for name in (*train.LABELLED, *train.ORDINARY):
        stored, rows = train.load(arguments.data, arguments.cache, name)
        told = predictions(arguments.run, name, stored, rows)
        np.savez(folder / f"{name}.npz", **told)
        report(name, rows, told)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache", "run"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    parser.add_argument("--weights", type=Path)
    arguments = parser.parse_args()
    (exported if arguments.weights else predicted)(arguments)


if __name__ == "__main__":
    main()
