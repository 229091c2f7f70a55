#!/usr/bin/env python3
"""Exported nets in the programs that they are for, by what stands beside them and by nothing else.

Usage: torch_exports.py CASES.json    (needs torch, torchvision, safetensors, onnx, onnxruntime, numpy)
CASES.json: a list of {"model": a .safetensors or .onnx file, "images": .npy [n, h, w, 3] of 0-255, "scores": the .npy
[n, classes] to write, "torchvision": the name of the function that must build the net, or null}.
"""
import json, sys, types
import numpy as np, onnx, onnxruntime, torch
from safetensors.torch import load_file

# torchvision's nets are plain Python, but its package registers operators of its library at once, which does not load
# where pip took a torch for the processor and a torchvision for CUDA. No net here uses one.
if torch.version.cuda is None:
    sys.modules["torchvision._meta_registrations"] = types.ModuleType("torchvision._meta_registrations")
import torchvision

torch.set_num_threads(2)


def inputs(card, images):
    of = card["input"]
    assert of["channelOrder"] == "RGB" and of["type"] == "float32"
    x = (images.astype(np.float64) - of["mean"]) * of["scale"]
    unit = of["normalisedFromUnit"]
    again = (images.astype(np.float64) / 255 - unit["mean"]) / unit["std"]
    assert np.allclose(x, again), "the two ways to normalise differ"
    x = x.astype(np.float32)
    x = x.transpose(0, 3, 1, 2) if of["layout"] == "NCHW" else x
    assert all(a == b for a, b in zip(x.shape[1:], of["shape"][1:]) if isinstance(b, int)), (x.shape, of["shape"])
    return np.ascontiguousarray(x)


class Net(torch.nn.Module):
    """Built as the file beside the weights says."""

    def __init__(self, pytorch):
        super().__init__()
        for part, modules in pytorch["modules"].items():
            made = [getattr(torch.nn, m["module"])(**m["arguments"]) for m in modules]
            self.add_module(part, torch.nn.Sequential(*made))
        assert pytorch["forward"] == "classifier(torch.flatten(features(x), 1))"

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


def of_safetensors(case, card, x):
    state = load_file(case["model"])
    nets = [Net(card["pytorch"])]
    name = card["pytorch"].get("torchvision")
    if case["torchvision"] is None:
        assert name is None, name
    else:
        assert name == f"torchvision.models.{case['torchvision']}(num_classes={len(card['output']['classes'])})", name
        nets.append(eval(name))  # The string was compared with what it must be.
    found = []
    for net in nets:
        # Strict: no name is missing, none is left over.
        net.load_state_dict(state)
        with torch.no_grad():
            found.append(net.eval()(torch.from_numpy(x)).numpy())
    for other in found[1:]:
        assert np.array_equal(found[0], other)
    return found[0]


def of_onnx(case, card, x):
    onnx.checker.check_model(case["model"], full_check=True)
    model = onnx.load(case["model"], load_external_data=False)
    assert [o.version for o in model.opset_import] == [17]
    (declared,) = model.graph.input
    dims = [d.dim_value or d.dim_param for d in declared.type.tensor_type.shape.dim]
    assert dims == card["input"]["shape"], dims
    del model
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(case["model"], options, providers=["CPUExecutionProvider"])
    (scores,) = session.run([card["output"]["name"]], {card["input"]["name"]: x})
    return scores


for case in json.load(open(sys.argv[1])):
    card = json.load(open(case["model"] + ".preprocessing.json"))
    x = inputs(card, np.load(case["images"]))
    scores = (of_onnx if case["model"].endswith(".onnx") else of_safetensors)(case, card, x)
    assert scores.shape == (len(x), len(card["output"]["classes"])), scores.shape
    np.save(case["scores"], np.ascontiguousarray(scores, "<f4"))
