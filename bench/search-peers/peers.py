"""Times FAISS and USearch on the vectors that `faceward bench search --write-vectors DIR` wrote.

    python peers.py DIR --values 640 [--probes 100] [--skip-usearch]

Prints one JSON object: medians and 99th percentiles in milliseconds, recall of the ten best against FAISS's exact answer.
"""

import argparse
import json
import os
import time
from pathlib import Path

import faiss
import numpy as np
from usearch.index import Index

LIMIT = 10
WARM_UP = 3
RECALL = 0.99


def loaded(path, values):
    return np.fromfile(path, dtype=np.float32).reshape(-1, values)


def timed(search, probes):
    """What `search` finds for each probe, and the percentiles of its times."""
    for probe in probes[:WARM_UP]:
        search(probe)
    found, times = [], []
    for probe in probes:
        started = time.perf_counter()
        found.append(search(probe))
        times.append(1000 * (time.perf_counter() - started))
    p50, p99 = np.percentile(times, [50, 99])
    return found, {"p50_ms": round(float(p50), 3), "p99_ms": round(float(p99), 3)}


def recall(found, truth):
    return float(np.mean([len(set(f) & set(t)) / len(t) for f, t in zip(found, truth)]))


def flat(references, probes):
    index = faiss.IndexFlatIP(references.shape[1])
    index.add(references)
    truth, times = timed(lambda probe: index.search(probe[None], LIMIT)[1][0], probes)
    eight = timed(lambda _: index.search(probes[:8], LIMIT), range(10))[1]["p50_ms"]
    return truth, times | {"recall": 1.0, "eight_probes_ratio": round(eight / times["p50_ms"], 2)}


def graph(references, probes, truth, threads):
    """The fastest setting of the search whose recall is good enough, or the last one tried."""
    index = Index(ndim=references.shape[1], metric="ip", dtype="f32")
    started = time.perf_counter()
    index.add(np.arange(len(references)), references, threads=threads)
    built = round(time.perf_counter() - started, 1)
    for width in (32, 64, 128, 256, 512, 1024, 2048, 4096):
        index.expansion_search = width
        found, times = timed(lambda probe: index.search(probe, LIMIT).keys, probes)
        hit = recall(found, truth)
        result = times | {"recall": round(hit, 4), "expansion_search": width, "build_s": built}
        if hit >= RECALL:
            break
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path)
    parser.add_argument("--values", type=int, required=True)
    parser.add_argument("--probes", type=int, default=100)
    parser.add_argument("--skip-usearch", action="store_true", help="building its graph takes minutes")
    args = parser.parse_args()
    threads = len(os.sched_getaffinity(0))
    faiss.omp_set_num_threads(threads)
    references = loaded(args.dir / "references.f32", args.values)
    probes = loaded(args.dir / "probes.f32", args.values)[: args.probes]
    truth, exact = flat(references, probes)
    result = {"templates": len(references), "values": args.values, "threads": threads, "faiss_flat": exact}
    if not args.skip_usearch:
        result["usearch_hnsw"] = graph(references, probes, truth, threads)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
