"""Dispatch by OR-tools' SimpleMinCostFlow: min_cost_flow.py EDGES SHIFTS RUNS

Reads two tables, worker,shift,score and shift,headcount, and prints a line a run: milliseconds of
building and solving together, and the objective. Reading the tables is not counted.
"""

import sys
import time

import numpy as np
from ortools.graph.python import min_cost_flow


def solve(edges, shifts):
    started = time.perf_counter()
    worker, shift, score = edges.T
    workers, count = int(worker.max()) + 1, len(shifts)
    source, sink = workers + count, workers + count + 1
    nothing, one = np.zeros(workers, np.int64), np.ones(workers, np.int64)
    # To each worker, on to a shift, from each shift; who is left goes straight to the sink.
    tail = np.concatenate([worker, np.full(workers, source), shifts[:, 0] + workers, [source]])
    head = np.concatenate([shift + workers, np.arange(workers), np.full(count, sink), [sink]])
    room = np.concatenate([np.ones(len(worker), np.int64), one, shifts[:, 1], [workers]])
    cost = np.concatenate([-score, nothing, np.zeros(count, np.int64), [0]])
    net = min_cost_flow.SimpleMinCostFlow()
    net.add_arcs_with_capacity_and_unit_cost(tail, head, room, cost)
    net.set_nodes_supplies(np.array([source, sink]), np.array([workers, -workers]))
    if net.solve() != net.OPTIMAL:
        sys.exit("not solved")
    return (time.perf_counter() - started) * 1e3, -net.optimal_cost()


def main():
    edges, shifts = (np.loadtxt(path, np.int64, delimiter=",", skiprows=1) for path in sys.argv[1:3])
    for _ in range(int(sys.argv[3])):
        took, objective = solve(edges, shifts)
        print(f"{took:.3f} {objective}")


if __name__ == "__main__":
    main()
