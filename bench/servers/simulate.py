"""Ten servers at ten times the load, computed from what load.py measured of one: see README.md.

Assumed: servers as the measured one; requests come by chance (Poisson) in the measured mix; a server works on as many at once as it
has workers, in the order in which they came, and refuses who would wait for more than a second; the balancer sends a request to whoever has
the fewest inside; a change of the database is committed after all others that are on their way, and takes what an
enrolment took longer than an identification; reading from the database takes nothing.
"""

import argparse
import heapq
import json
import random
import statistics
from pathlib import Path

from load import MIX

MOST_WAIT_S = 1.0
REQUESTS = 200_000
SEED = 1


class Server:
    """When each of its workers is free again, and when each request inside leaves."""

    def __init__(self, workers):
        self.free_at = [0.0] * workers
        self.leaves_at = []

    def inside(self, now):
        while self.leaves_at and self.leaves_at[0] <= now:
            heapq.heappop(self.leaves_at)
        return len(self.leaves_at)


def simulated(alone, n_servers, workers, rate, commit_s):
    """Median and 99th percentile of the time of a request in ms, part that was refused, part of the time that the database commits."""
    chance = random.Random(SEED)
    servers = [Server(workers) for _ in range(n_servers)]
    now, database_free_at, committing = 0.0, 0.0, 0.0
    times, refused = [], 0
    for _ in range(REQUESTS):
        now += chance.expovariate(rate)
        kind = chance.choice(MIX)
        server = min(servers, key=lambda one: one.inside(now))
        begin = max(now, server.free_at[0])
        if begin - now > MOST_WAIT_S:
            refused += 1
            continue
        computed = begin + chance.choice(alone["identify" if kind == "add" else kind]) * (2 if kind == "verify" else 1)
        heapq.heapreplace(server.free_at, computed)
        end = computed
        if kind == "add":
            end = max(computed, database_free_at) + commit_s
            database_free_at, committing = end, committing + commit_s
        heapq.heappush(server.leaves_at, end)
        times.append(end - now)
    times.sort()
    return 1e3 * times[len(times) // 2], 1e3 * times[int(0.99 * len(times))], refused / REQUESTS, committing / now


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("load", type=Path, help="what load.py wrote")
    measured = json.loads(parser.parse_args().load.read_text())
    alone, workers = measured["alone_s"], measured["one"]["workers_each"]
    medians = {kind: statistics.median(times) for kind, times in alone.items()}
    # Both photos of a comparison are looked at side by side: one worker counts for both here.
    seconds = statistics.mean(medians["identify"] if kind == "add" else medians[kind] * (2 if kind == "verify" else 1) for kind in MIX)
    commit_s = max(medians["add"] - medians["identify"], 1e-4)
    capacity = workers / seconds
    print(f"one server: {capacity:.1f} requests/s at most; a commit takes {1e3 * commit_s:.1f} ms\n")
    print("| servers | of what they can do | requests/s | p50 ms | p99 ms | refused | the database commits |")
    print("|---|---|---|---|---|---|---|")
    for n_servers, share in ((1, 0.5), (10, 0.5), (1, 0.8), (10, 0.8), (9, 0.8 * 10 / 9), (10, 1.2)):
        rate = share * capacity * n_servers
        p50, p99, refused, committing = simulated(alone, n_servers, workers, rate, commit_s)
        print(f"| {n_servers} | {share:.0%} | {rate:.0f} | {p50:.0f} | {p99:.0f} | {refused:.1%} | {committing:.0%} of the time |")


if __name__ == "__main__":
    main()
