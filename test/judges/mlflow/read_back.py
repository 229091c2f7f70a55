"""Reads back with MLflow's own client what an experiment holds: python read_back.py URL EXPERIMENT [DIR]

With DIR, the files of each run and of the best model are downloaded there, and safetensors are opened.
"""

import hashlib
import json
import math
import pathlib
import struct
import sys

import mlflow


def number(value):
    return str(value) if not math.isfinite(value) else value


def points(client, run):
    return {
        key: [[p.step, p.timestamp, number(p.value)] for p in client.get_metric_history(run.info.run_id, key)]
        for key in run.data.metrics
    }


def digests(folder):
    files = sorted(path for path in pathlib.Path(folder).rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def tensors(path):
    """The header of a safetensors file, read by its own words."""
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    assert max(entry["data_offsets"][1] for entry in header.values() if "shape" in entry) == len(data) - 8 - length
    return {name: entry["shape"] for name, entry in header.items() if "shape" in entry}


def main(url, experiment, folder=None):
    mlflow.set_tracking_uri(url)
    client = mlflow.MlflowClient()
    found = client.get_experiment_by_name(experiment)
    runs = []
    token = None
    while True:
        page = client.search_runs([found.experiment_id], max_results=1000, page_token=token)
        for run in page:
            files = {}
            if folder:
                target = pathlib.Path(folder) / run.info.run_id
                target.mkdir(parents=True)
                if client.list_artifacts(run.info.run_id):
                    client.download_artifacts(run.info.run_id, "", str(target))
                files = digests(target)
            outputs = run.outputs.model_outputs if run.outputs else []
            models = [model.model_id for model in outputs]
            runs.append(
                {
                    "id": run.info.run_id,
                    "name": run.info.run_name,
                    "status": run.info.status,
                    "params": run.data.params,
                    "tags": run.data.tags,
                    "points": points(client, run),
                    "datasets": [[i.dataset.name, i.dataset.digest, i.tags[0].value] for i in run.inputs.dataset_inputs],
                    "models": models,
                    "files": files,
                }
            )
        token = page.token
        if not token:
            break
    best = None
    if folder:
        registered = [m for m in client.search_registered_models() if m.name == experiment]
        if registered:
            target = pathlib.Path(folder) / "best"
            mlflow.artifacts.download_artifacts(f"models:/{experiment}@best", dst_path=str(target))
            best = {"files": digests(target), "tensors": tensors(target / "weights.safetensors")}
    print(json.dumps({"runs": runs, "best": best}))


main(*sys.argv[1:])
