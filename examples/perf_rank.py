#!/usr/bin/env python3
"""A rank of PyTorch in a run of `muster perf`: the same calls, on the same elements.

    ./muster perf --init-method tcp://127.0.0.1:29501 --rank 0 --world-size 2 allreduce --check &
    python examples/perf_rank.py --init-method tcp://127.0.0.1:29501 --rank 1 --world-size 2 allreduce --check

Whatever is said of sizes, types, operators, iterations and checks must be the same for all ranks.
Rank 0 prints the results; if that is this one, only times. docs/cli.md has the formulas and the
order of the calls. The exit code is 6 if elements are wrong on any rank.
"""

import argparse
import datetime
import sys
import time

import torch
import torch.distributed as dist

TYPES = {
    "f32": torch.float32,
    "f64": torch.float64,
    "i32": torch.int32,
    "i64": torch.int64,
    "i8": torch.int8,
    "u8": torch.uint8,
    "f16": torch.float16,
    "bf16": torch.bfloat16,
}
OPS = {
    "sum": dist.ReduceOp.SUM,
    "prod": dist.ReduceOp.PRODUCT,
    "min": dist.ReduceOp.MIN,
    "max": dist.ReduceOp.MAX,
    "avg": dist.ReduceOp.AVG,
}
REDUCING = ("allreduce", "reduce", "reducescatter")
SPLIT = ("allgather", "reducescatter", "gather", "scatter", "alltoall")
COLLECTIVES = ("allreduce", "reduce", "broadcast", *SPLIT, "sendrecv", "barrier")


def size(text):
    """Bytes, as in 4096, 64K, 64M, 1g or 64MiB."""
    number = text.lower().removesuffix("b").removesuffix("i")
    shift = 10 * ("kmgt".find(number[-1]) + 1)
    return int(number[:-1] if shift else number) << shift


def seconds(text):
    """Seconds, as in 300ms, 5s, 2m or 1h."""
    for unit, factor in (("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)):
        if text.endswith(unit):
            return int(text.removesuffix(unit)) * factor
    raise ValueError(text)


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("collective", choices=COLLECTIVES)
    parser.add_argument("--init-method", default="env://")
    parser.add_argument("--rank", type=int, default=-1)
    parser.add_argument("--world-size", type=int, default=-1)
    parser.add_argument("-b", "--minbytes", type=size, default=4)
    parser.add_argument("-e", "--maxbytes", type=size, default=64 << 20)
    parser.add_argument("-f", "--stepfactor", type=int, default=2)
    parser.add_argument("-d", "--dtype", choices=TYPES, default="f32")
    parser.add_argument("-o", "--op", choices=OPS, default="sum")
    parser.add_argument("--root", type=int, default=0)
    parser.add_argument("-n", "--iterations", type=int)
    parser.add_argument("-w", "--warm-up", type=int)
    parser.add_argument("-c", "--check", action="store_true")
    parser.add_argument("--timeout", type=seconds, default=300)
    return parser.parse_args()


def numbers(rank, indices):
    """What a rank sends at these indices, as whole numbers."""
    if args.collective not in REDUCING:
        return (indices + 31 * rank) % 127
    place = (indices + rank * rank) % 7
    return torch.where(place == 0, 2, 1) if args.op == "prod" else 1 + place


def reduced(indices):
    """What all ranks' numbers come to at these indices."""
    all_ranks = torch.stack([numbers(r, torch.arange(7)) for r in range(world_size)])
    if args.op == "avg":
        period = all_ranks.sum(0).double() / world_size
    elif args.op in ("sum", "prod"):
        exact = all_ranks.double() if dtype.is_floating_point else all_ranks
        period = getattr(exact, args.op)(0)
    else:
        period = getattr(all_ranks, "a" + args.op)(0)
    return period[indices % 7]


def sizes():
    """Bytes in all, elements of a part, iterations and warm-up calls, of each size."""
    asked = args.minbytes if args.collective != "barrier" else 0
    while asked <= args.maxbytes:
        iterations = args.iterations or max(5, min(500, (64 << 20) // max(1, asked)))
        warm_ups = iterations if args.warm_up is None else args.warm_up
        parts = world_size if args.collective in SPLIT else 1
        count = asked // dtype.itemsize // parts
        if count or not asked:
            yield count * dtype.itemsize * parts, count, iterations, warm_ups
        if not asked:
            return
        asked *= args.stepfactor


class Exchange:
    """The calls of one size."""

    def __init__(self, count):
        self.count = count
        every = count * world_size
        at_root = every if rank == args.root else 0
        inputs = {"reducescatter": every, "alltoall": every, "scatter": at_root, "barrier": 0}
        outputs = {"reducescatter": count, "alltoall": every, "scatter": count, "sendrecv": count}
        outputs |= {"allgather": every, "gather": at_root}
        self.input = torch.empty(inputs.get(args.collective, count), dtype=dtype)
        self.output = torch.empty(outputs.get(args.collective, 0), dtype=dtype)

    def fill(self):
        self.input.copy_(numbers(rank, torch.arange(len(self.input))))
        self.output.view(torch.uint8).fill_(255)

    def call(self):
        sent, got, op, root = self.input, self.output, OPS[args.op], args.root
        parts = lambda whole: list(whole.split(self.count)) if rank == root else None
        match args.collective:
            case "allreduce":
                dist.all_reduce(sent, op)
            case "reduce":
                dist.reduce(sent, root, op)
            case "broadcast":
                dist.broadcast(sent, root)
            case "allgather":
                dist.all_gather_into_tensor(got, sent)
            case "reducescatter":
                dist.reduce_scatter_tensor(got, sent, op)
            case "gather":
                dist.gather(sent, parts(got), root)
            case "scatter":
                dist.scatter(got, parts(sent), root)
            case "alltoall":
                dist.all_to_all_single(got, sent)
            case "sendrecv":
                receiving = dist.irecv(got, (rank - 1) % world_size)
                sending = dist.isend(sent, (rank + 1) % world_size)
                receiving.wait()
                sending.wait()
            case "barrier":
                dist.barrier()

    def expected(self):
        """What the result has to be; nothing if this rank has none."""
        here = torch.arange(self.count)
        own = here + rank * self.count
        match args.collective:
            case "allreduce":
                return reduced(here)
            case "reduce":
                return reduced(here) if rank == args.root else None
            case "reducescatter":
                return reduced(own)
            case "broadcast":
                return numbers(args.root, here)
            case "scatter":
                return numbers(args.root, own)
            case "gather" if rank != args.root:
                return None
            case "gather" | "allgather":
                return torch.cat([numbers(r, here) for r in range(world_size)])
            case "alltoall":
                return torch.cat([numbers(r, own) for r in range(world_size)])
            case "sendrecv":
                return numbers((rank - 1) % world_size, here)

    def wrong(self, size):
        """How many elements are wrong here."""
        expected = self.expected()
        if expected is None:
            return 0
        expected = expected.to(dtype)
        result = self.output if len(self.output) else self.input
        wrong = (result != expected).nonzero().flatten()
        if len(wrong):
            first = wrong[0]
            print(
                f"rank {rank} has {len(wrong)} wrong elements at {size} bytes, the first at index"
                f" {first}: {result[first].item()}, expected {expected[first].item()}",
                file=sys.stderr,
            )
        return len(wrong)


args = parse()
dtype = TYPES[args.dtype]
dist.init_process_group(
    "gloo",
    init_method=args.init_method,
    rank=args.rank,
    world_size=args.world_size,
    timeout=datetime.timedelta(seconds=args.timeout),
)
rank, world_size = dist.get_rank(), dist.get_world_size()

all_wrong = 0
for total, count, iterations, warm_ups in sizes():
    exchange = Exchange(count)
    exchange.fill()
    for _ in range(warm_ups):
        exchange.call()
    dist.barrier()
    start = time.perf_counter()
    for _ in range(iterations):
        exchange.call()
    micros = torch.tensor([(time.perf_counter() - start) * 1e6 / iterations], dtype=torch.float64)
    dist.all_reduce(micros, dist.ReduceOp.MAX)
    wrong = torch.zeros(1, dtype=torch.int64)
    if args.check:
        exchange.fill()
        exchange.call()
        wrong[0] = exchange.wrong(total)
        dist.all_reduce(wrong)
        all_wrong += wrong.item()
    if rank == 0:
        print(f"{total:12} B {count:12} elements {micros.item():12.2f} us {wrong.item():6} wrong", flush=True)
dist.barrier()
dist.destroy_process_group()
sys.exit(6 if all_wrong else 0)
