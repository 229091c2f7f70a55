#!/usr/bin/env python3
"""Table 3 and the 5x5 comparison of Sect. 4.1 in PyTorch, as a careful user would script them: the peer of
`experiments/vgg/table3.yaml` and `shallow.yaml` on the same files, schedule and epochs.

It reads Stagecraft's index artifacts (images.jsonl), so that both see the same images, but decodes, rescales,
augments, trains and evaluates by itself. Prints one JSON document: a row a net, and the seconds of each part.
Needs: pip install torch==2.13.0 pillow numpy. See bench/README.md.
"""
import argparse, contextlib, json, math, os, random, sys, time
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F
from PIL import Image

NETS = {
    "A": "64 M 128 M 256 256 M 512 512 M 512 512 M",
    "A-LRN": "64 N M 128 M 256 256 M 512 512 M 512 512 M",
    "B": "64 64 M 128 128 M 256 256 M 512 512 M 512 512 M",
    "B-5x5": "64/5 M 128/5 M 256/5 M 512/5 M 512/5 M",
    "C": "64 64 M 128 128 M 256 256 256/1 M 512 512 512/1 M 512 512 512/1 M",
    "D": "64 64 M 128 128 M 256 256 256 M 512 512 512 M 512 512 512 M",
    "E": "64 64 M 128 128 M 256 256 256 256 M 512 512 512 512 M 512 512 512 512 M",
}
p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument("images", help="folder with train/ID and val/ID (ID.png where an id has no ending)")
p.add_argument("train", help="images.jsonl of the index task of the training split")
p.add_argument("val", help="images.jsonl of the index task of the validation split")
p.add_argument("--nets", default="A,A-LRN,B,B-5x5,C,D,E")
p.add_argument("--width", type=float, default=0.125)
p.add_argument("--crop", type=int, default=64)
p.add_argument("--scales", default="96,128,160", help="real px for the paper's 256, 384 and 512")
p.add_argument("--epochs", type=float, default=12)
p.add_argument("--deeper-epochs", type=float, help="of the nets that start from net A (default: as many)")
p.add_argument("--fine-tune-epochs", type=float, default=4)
p.add_argument("--batch", type=int, default=64)
p.add_argument("--rate", type=float, default=0.01)
p.add_argument("--fine-tune-rate", type=float, default=0.001)
p.add_argument("--pooling", choices=["ceil", "floor"], default="ceil")
p.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
p.add_argument("--seed", type=int, default=1)
p.add_argument("--threads", type=int, default=os.cpu_count())
a = p.parse_args()
torch.manual_seed(a.seed)
random.seed(a.seed)
np.random.seed(a.seed)
torch.set_num_threads(a.threads)
S1, S2, SMAX = (int(x) for x in a.scales.split(","))
clock = {"decode": 0.0, "train": 0.0, "evaluate": 0.0}


def load(split, index):
    t = time.perf_counter()
    out = []
    for line in open(index):
        entry = json.loads(line)
        path = os.path.join(a.images, split, entry["id"])
        path = path if os.path.splitext(path)[1] else path + ".png"
        out.append((Image.open(path).convert("RGB").copy(), entry["label"]))
    clock["decode"] += time.perf_counter() - t
    return out


train_set, val_set = load("train", a.train), load("val", a.val)
classes = 1 + max(y for _, y in train_set)
count = sum(im.size[0] * im.size[1] for im, _ in train_set)
sums, products = np.zeros(3), np.zeros((3, 3))
for im, _ in train_set:
    x = np.asarray(im, np.float64).reshape(-1, 3)
    sums += x.sum(0)
    products += x.T @ x
mean = sums / count
covariance = products / count - np.outer(mean, mean)
eigval, eigvec = np.linalg.eigh(covariance)
unit = 1 / math.sqrt(np.trace(covariance) / 3)  # He's initialisation wants inputs of unit variance


def rescale(im, s):
    w, h = im.size
    k = s / min(w, h)
    return im.resize((max(s, math.floor(w * k + 0.5)), max(s, math.floor(h * k + 0.5))), Image.BILINEAR)


def tensor(x):
    return torch.from_numpy(np.ascontiguousarray(x.transpose(2, 0, 1), dtype=np.float32)) * unit


class Augmented(torch.utils.data.Dataset):
    """An endless stream of shuffled epochs, cut at `images`."""

    def __init__(self, scale, images):
        self.scale, self.order = scale, []
        while len(self.order) < images:
            self.order += random.sample(range(len(train_set)), len(train_set))
        del self.order[images:]

    def __len__(self):
        return len(self.order)

    def __getitem__(self, i):
        im, y = train_set[self.order[i]]
        im = rescale(im, random.randint(*self.scale))
        w, h = im.size
        x0, y0 = random.randint(0, w - a.crop), random.randint(0, h - a.crop)
        x = np.asarray(im.crop((x0, y0, x0 + a.crop, y0 + a.crop)), np.float32) - mean
        if random.random() < 0.5:
            x = x[:, ::-1]
        return tensor(x + eigvec @ (np.random.randn(3) * 0.1 * np.sqrt(eigval))), y


def worker_seed(_):
    s = torch.initial_seed() % 2**31
    random.seed(s)
    np.random.seed(s)


class Lrn(nn.Module):
    """nn.LocalResponseNorm(5, 5e-4, 0.75, 2), as five slices added up: on a CPU many times as fast."""

    def forward(self, x):
        squares, c = F.pad(x * x, (0, 0, 0, 0, 2, 2)), x.shape[1]
        return x * (2 + 1e-4 * sum(squares[:, k : k + c] for k in range(5))) ** -0.75


class Vgg(nn.Module):
    def __init__(self, net):
        super().__init__()
        layers, c = [], 3
        for item in NETS[net].split():
            if item == "M":
                layers.append(nn.MaxPool2d(2, ceil_mode=a.pooling == "ceil"))
            elif item == "N":
                layers.append(Lrn())
            else:
                f, _, k = item.partition("/")
                f, k = round(int(f) * a.width), int(k or 3)
                layers += [nn.Conv2d(c, f, k, padding=k // 2), nn.ReLU(inplace=True)]
                c = f
        hidden = round(4096 * a.width)
        self.features = nn.Sequential(*layers)
        self.fc = nn.ModuleList(
            [nn.Conv2d(c, hidden, a.crop // 32), nn.Conv2d(hidden, hidden, 1), nn.Conv2d(hidden, classes, 1)]
        )
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, nonlinearity="relu")
                nn.init.zeros_(m.bias)

    def forward(self, x):
        x = self.features(x)
        for fc in self.fc[:2]:
            x = F.dropout(F.relu(fc(x)), 0.5, self.training)
        return self.fc[2](x)

    def convs(self):
        return [m for m in self.features if isinstance(m, nn.Conv2d)]


amp = (lambda: torch.autocast("cpu", dtype=torch.bfloat16)) if a.precision == "bfloat16" else contextlib.nullcontext


def fit(net, scale, epochs, rate):
    t = time.perf_counter()
    net = net.to(memory_format=torch.channels_last).train()
    weights = [q for q in net.parameters() if q.ndim > 1]
    biases = [q for q in net.parameters() if q.ndim == 1]
    groups = [{"params": weights, "weight_decay": 5e-4}, {"params": biases, "weight_decay": 0}]
    sgd = torch.optim.SGD(groups, rate, momentum=0.9)
    steps = max(1, round(epochs * len(train_set) / a.batch))
    data = Augmented(scale, steps * a.batch)
    loader = torch.utils.data.DataLoader(data, a.batch, num_workers=2, worker_init_fn=worker_seed)
    for step, (x, y) in enumerate(loader):
        drops = sum(step >= part * steps - 1e-6 for part in (0.7, 0.9))
        for g in sgd.param_groups:
            g["lr"] = rate * 0.1**drops
        sgd.zero_grad(set_to_none=True)
        with amp():
            loss = F.cross_entropy(net(x.to(memory_format=torch.channels_last)).float().mean((2, 3)), y)
        loss.backward()
        sgd.step()
    clock["train"] += time.perf_counter() - t
    print(f"trained at {scale} in {time.perf_counter() - t:.0f} s, loss {loss.item():.3f}", file=sys.stderr)
    return net


labels = torch.tensor([y for _, y in val_set])


@torch.inference_mode()
def errors(net, q, centre=False, batch=64):
    t = time.perf_counter()
    net.eval()
    out, groups = [None] * len(val_set), {}
    for i, (im, _) in enumerate(val_set):
        x = np.asarray(rescale(im, q), np.float32) - mean
        if centre:
            y0, x0 = (x.shape[0] - a.crop) // 2, (x.shape[1] - a.crop) // 2
            x = x[y0 : y0 + a.crop, x0 : x0 + a.crop]
        groups.setdefault(x.shape[:2], []).append((i, x))
    for members in groups.values():
        for k in range(0, len(members), batch):
            part = members[k : k + batch]
            x = torch.stack([tensor(x) for _, x in part]).to(memory_format=torch.channels_last)
            with amp():
                pr = sum(net(v).float().mean((2, 3)).softmax(1) for v in (x, x.flip(3))) / 2
            for (i, _), row in zip(part, pr):
                out[i] = row
    clock["evaluate"] += time.perf_counter() - t
    top = torch.stack(out).topk(min(5, classes), 1).indices == labels[:, None]
    return [round(100 * (1 - hit.float().mean().item()), 2) for hit in (top[:, 0], top.any(1))]


def copied(net, source, what):
    """A's layers into a new net: its convolutions 1-4 are conv1_1, conv2_1, conv3_1, conv3_2 of nets B-E."""
    pairs = list(zip(net.fc, source.fc))
    if what == "firstFour+fc":
        pairs += zip((net.convs()[k] for k in (0, 2, 4, 5)), source.convs()[:4])
    for mine, theirs in pairs:
        mine.load_state_dict(theirs.state_dict())
    return net


rows, shallow, trained_a = [], [], None
for name in a.nets.split(","):
    net = Vgg(name)
    if name not in ("A", "A-LRN") and trained_a:
        net = copied(net, trained_a, "fc" if name == "B-5x5" else "firstFour+fc")
    starts_from_a = name not in ("A", "A-LRN")
    net = fit(net, (S1, S1), a.deeper_epochs or a.epochs if starts_from_a else a.epochs, a.rate)
    trained_a = net if name == "A" else trained_a
    if name in ("B", "B-5x5"):
        shallow.append([name, *errors(net, S1, centre=True)])
    if name == "B-5x5":
        continue
    rows.append([name, "256", *errors(net, S1)])
    print(rows[-1], file=sys.stderr)
    if name in "CDE":
        for key, scale, q in (("384", (S2, S2), S2), ("256..512", (S1, SMAX), S2)):
            following = Vgg(name)
            following.load_state_dict(net.state_dict())
            net = fit(following, scale, a.fine_tune_epochs, a.fine_tune_rate)
            rows.append([name, key, *errors(net, q)])
            print(rows[-1], file=sys.stderr)
seconds = {k: round(v, 1) for k, v in clock.items()}
images = {"train": len(train_set), "val": len(val_set)}
result = {"arguments": vars(a), "images": images, "seconds": seconds, "table3": rows, "shallow": shallow}
print(json.dumps(result, indent=1))
