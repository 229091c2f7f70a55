#!/usr/bin/env python3
"""PyTorch as the judge of our nets: reads a case that a test wrote, computes it its own way, writes what it got.

Usage: torch_judge.py DIR      (needs torch and numpy)
In DIR: case.json, weights.safetensors (HWIO, ours), images.npy [n, h, w, 3], dense.npy [n, h, w, 3], and
masks.safetensors, the dropout masks `<layer>/<step>` [n, units].
case.json's "rates" has the learning rate of each step, "after" the numbers of steps to write the weights after, and
"form" whose momentum is meant where the rate changes: "caffe" (v <- m v - lr g: the rate stands inside) or "torch".
Writes: losses.json, gradients.safetensors (of the first step, HWIO), trained-<steps>.safetensors, and
scores.npy [n, rows, columns, classes] of dense.npy with the weights as given.
"""
import json, struct, sys
import numpy as np, torch, torch.nn.functional as F

directory = sys.argv[1]
case = json.load(open(f"{directory}/case.json"))
torch.set_num_threads(2)


def read_safetensors(path):
    raw = open(path, "rb").read()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8 : 8 + length])
    body = raw[8 + length :]
    return {
        name: np.frombuffer(body[e["data_offsets"][0] : e["data_offsets"][1]], "<f4").reshape(e["shape"])
        for name, e in header.items()
    }


def write_safetensors(path, arrays):
    header, offset = {}, 0
    for name, a in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(a.shape), "data_offsets": [offset, offset + a.nbytes]}
        offset += a.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for a in arrays.values():
            f.write(np.ascontiguousarray(a, "<f4").tobytes())


def to_torch(a):
    return torch.from_numpy((a.transpose(3, 2, 0, 1) if a.ndim == 4 else a).copy())


def to_ours(t):
    a = t.detach().numpy()
    return a.transpose(2, 3, 1, 0) if a.ndim == 4 else a


parameters = {name: to_torch(a).clone().requires_grad_() for name, a in read_safetensors(f"{directory}/weights.safetensors").items()}


masks = {name: torch.from_numpy(a.copy()) for name, a in read_safetensors(f"{directory}/masks.safetensors").items()}


def forward(x, step=None):
    """Every fully-connected layer is a convolution here, at the training crop too: another way than ours."""
    for layer in case["layers"]:
        if layer["kind"] == "pool":
            x = F.max_pool2d(x, 2, ceil_mode=case["pooling"] == "ceil")
            continue
        if layer["kind"] == "lrn":
            n = 2 * layer["depthRadius"] + 1  # PyTorch divides alpha by n.
            x = F.local_response_norm(x, n, layer["alpha"] * n, layer["beta"], layer["bias"])
            continue
        w, b = parameters[layer["name"] + ".weight"], parameters[layer["name"] + ".bias"]
        x = F.conv2d(x, w, b, padding=w.shape[2] // 2 if layer["kind"] == "conv" else 0)
        if layer["kind"] == "conv" or layer["hidden"]:
            x = F.relu(x)
        if step is not None and layer["kind"] == "fc" and layer["hidden"]:
            x = x * masks[f"{layer['name']}/{step}"][:, :, None, None]
    return x


def images(name):
    return torch.from_numpy(np.load(f"{directory}/{name}.npy").transpose(0, 3, 1, 2).copy())


with torch.no_grad():
    np.save(f"{directory}/scores.npy", np.ascontiguousarray(forward(images("dense")).numpy().transpose(0, 2, 3, 1)))

weights = [p for name, p in parameters.items() if name.endswith(".weight")]
biases = [p for name, p in parameters.items() if name.endswith(".bias")]
groups = [{"params": weights, "weight_decay": case["weightDecay"]}, {"params": biases, "weight_decay": 0}]
rates = case["rates"]
sgd = torch.optim.SGD(groups, rates[0], momentum=case["momentum"])


def change_rate(before, now):
    """PyTorch multiplies what it has gathered by the new rate; scaled like this it goes on with the old one's."""
    for group in sgd.param_groups:
        group["lr"] = now
        if case["form"] == "caffe":
            for p in group["params"]:
                sgd.state[p]["momentum_buffer"] *= before / now


x, y, losses = images("images"), torch.tensor(case["labels"]), []
for step, rate in enumerate(rates):
    if step > 0 and rate != rates[step - 1]:
        change_rate(rates[step - 1], rate)
    sgd.zero_grad()
    loss = F.cross_entropy(forward(x, step).mean((2, 3)), y)
    loss.backward()
    if step == 0:
        write_safetensors(f"{directory}/gradients.safetensors", {n: to_ours(p.grad) for n, p in parameters.items()})
    sgd.step()
    losses.append(loss.item())
    if step + 1 in case["after"]:
        trained = {n: to_ours(p) for n, p in parameters.items()}
        write_safetensors(f"{directory}/trained-{step + 1}.safetensors", trained)
json.dump(losses, open(f"{directory}/losses.json", "w"))
