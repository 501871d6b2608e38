"""A rank of PyTorch's process groups that does what it is told, line by line:

    env NAME=VALUE...                 sets variables
    init URL RANK SIZE                makes the default group, called "world"
    group NAME RANK...                new_group
    run GROUP ORDER OPERATION[;...]   in this order of Party.java; the digests of the results
    show GROUP INDEX                  the result of an operation of the last line, in hexadecimal
    destroy

Each line is answered by "= " and the result, or "= ! " and what was raised. Operations and the
values that ranks bring along are those of Operation.java and Values.java.
"""

import ctypes
import datetime
import hashlib
import os
import sys

import torch
import torch.distributed as dist

TIMEOUT = datetime.timedelta(seconds=20)
EXPONENTS = {"FLOAT16": (10, 5, 4), "BFLOAT16": (7, 8, 8), "FLOAT32": (23, 8, 20), "FLOAT64": (52, 11, 50)}
BITS = {1: torch.int8, 2: torch.int16, 4: torch.int32, 8: torch.int64}

groups = {}
results = []


def signed(n):
    """The same 64 bits as a signed number."""
    n &= (1 << 64) - 1
    return n - (1 << 64) if n >> 63 else n


def shifted(bits, by):
    return (bits >> by) & ((1 << (64 - by)) - 1)


def mixed(n):
    bits = n * signed(0x9E3779B97F4A7C15)
    bits = (bits ^ shifted(bits, 30)) * signed(0xBF58476D1CE4E5B9)
    bits = (bits ^ shifted(bits, 27)) * signed(0x94D049BB133111EB)
    return bits ^ shifted(bits, 31)


def values(kind, length, seed, rank):
    dtype = getattr(torch, kind.lower())
    bits = mixed(mixed(torch.tensor(seed * 31 + rank)) + torch.arange(length))
    if kind == "BOOL":
        return (bits & 1).to(dtype)
    if kind in EXPONENTS:
        mantissa, exponent, spread = EXPONENTS[kind]
        sign = shifted(bits, 63) << (mantissa + exponent)
        power = (1 << (exponent - 1)) - 1 - spread + (shifted(bits, 53) & 0x3FF) % (2 * spread + 1)
        bits = sign | power << mantissa | (bits & ((1 << mantissa) - 1))
    return bits.to(BITS[dtype.itemsize]).view(dtype)


class Part:
    """This rank's part of an operation."""

    def __init__(self, line, group):
        kind, self.type, op, length, root, seed = line.split(" ")
        self.length, self.root, self.seed = int(length), int(root), int(seed)
        self.op = getattr(dist.ReduceOp, op)
        self.group, self.rank, self.size = group, dist.get_rank(group), dist.get_world_size(group)
        self.at_root = self.rank == self.root
        self.result, self.works = [], []
        # Python's verbs name other ranks by their place in the world.
        self.global_root = dist.get_global_rank(group, self.root) if self.root < self.size else None
        getattr(self, kind.lower())()

    def wait(self):
        for work in self.works:
            work.wait()
        return self.result

    def own(self, blocks=1, seed=0):
        return values(self.type, blocks * self.length, self.seed + seed, self.rank)

    def owns(self):
        return [self.own(seed=1000 * i) for i in range(self.size)]

    def room(self, blocks=1):
        return torch.zeros(blocks * self.length, dtype=getattr(torch, self.type.lower()))

    def roomier(self):
        """More room than a message needs, with something in it."""
        return values(self.type, self.length + 3, self.seed + 77, self.rank)

    def rooms(self):
        return [self.room() for _ in range(self.size)]

    def start(self, verb, *args, **options):
        self.works.append(verb(*args, group=self.group, async_op=True, **options))

    def broadcast(self):
        self.result = [self.own()]
        self.start(dist.broadcast, self.result[0], self.global_root)

    def broadcast_shorter(self):
        self.result = [self.own() if self.at_root else self.roomier()]
        self.start(dist.broadcast, self.result[0], self.global_root)

    def all_reduce(self):
        self.result = [self.own()]
        self.start(dist.all_reduce, self.result[0], self.op)

    def reduce(self):
        tensor = self.own()
        self.result = [tensor] if self.at_root else []
        self.start(dist.reduce, tensor, self.global_root, self.op)

    def all_gather(self):
        self.result = self.rooms()
        self.start(dist.all_gather, self.result, self.own())

    def all_gather_tensor(self):
        self.result = [self.room(self.size)]
        self.start(dist.all_gather_into_tensor, self.result[0], self.own())

    def gather(self):
        self.result = self.rooms() if self.at_root else []
        self.start(dist.gather, self.own(), self.result if self.at_root else None, self.global_root)

    def scatter(self):
        self.result = [self.room()]
        self.start(dist.scatter, self.result[0], self.owns() if self.at_root else None, self.global_root)

    def reduce_scatter(self):
        self.result = [self.room()]
        self.start(dist.reduce_scatter, self.result[0], self.owns(), self.op)

    def reduce_scatter_uneven(self):
        self.result = [self.room(1 + self.rank)]
        parts = [self.own(1 + i, seed=1000 * i) for i in range(self.size)]
        self.start(dist.reduce_scatter, self.result[0], parts, self.op)

    def reduce_scatter_tensor(self):
        self.result = [self.room()]
        self.start(dist.reduce_scatter_tensor, self.result[0], self.own(self.size), self.op)

    def all_to_all(self):
        self.result = [self.room(self.size)]
        self.start(dist.all_to_all_single, self.result[0], self.own(self.size))

    def all_to_all_uneven(self):
        blocks_to = [(self.rank + 2 * to) % 3 for to in range(self.size)]
        blocks_from = [(other + 2 * self.rank) % 3 for other in range(self.size)]
        self.result = [self.room(sum(blocks_from))]
        self.start(
            dist.all_to_all_single,
            self.result[0],
            self.own(sum(blocks_to)),
            [blocks * self.length for blocks in blocks_from],
            [blocks * self.length for blocks in blocks_to],
        )

    def barrier(self):
        self.start(dist.barrier)

    def monitored_barrier(self):
        dist.monitored_barrier(self.group, TIMEOUT)

    def send_recv(self):
        self.exchange(self.room())

    def send_recv_shorter(self):
        self.exchange(self.roomier())

    def exchange(self, room):
        self.result = [room]
        following = dist.get_global_rank(self.group, (self.rank + 1) % self.size)
        previous = dist.get_global_rank(self.group, (self.rank - 1) % self.size)
        self.works = [
            dist.isend(self.own(), following, self.group, self.root),
            dist.irecv(room, previous, self.group, self.root),
        ]

    def recv_any_source(self):
        self.collect(self.room)

    def recv_any_source_shorter(self):
        self.collect(self.roomier)

    def collect(self, room):
        if not self.at_root:
            dist.send(self.own(), self.global_root, self.group, 5)
            return
        self.result = self.rooms()
        for _ in range(self.size - 1):
            tensor = room()
            source = dist.recv(tensor, None, self.group, 5)
            self.result[dist.get_group_rank(self.group, source)] = tensor


def memory(tensor):
    return ctypes.string_at(tensor.data_ptr(), tensor.nbytes) if tensor.nbytes else b""


def digest(tensors):
    return hashlib.sha256(b"".join(map(memory, tensors))).hexdigest()[:32]


def answer_to(word, *rest):
    global results
    if word == "env":
        os.environ.update(one.split("=", 1) for one in rest)
    elif word == "init":
        url, rank, size = rest[0], int(rest[1]), int(rest[2])
        if url.startswith("env:"):
            dist.init_process_group("gloo", init_method=url, timeout=TIMEOUT)
        else:
            dist.init_process_group("gloo", init_method=url, rank=rank, world_size=size, timeout=TIMEOUT)
        groups["world"] = dist.group.WORLD
    elif word == "group":
        groups[rest[0]] = dist.new_group([int(rank) for rank in rest[1:]])
    elif word == "run":
        parts = (Part(line, groups[rest[0]]) for line in " ".join(rest[2:]).split(";"))
        results = [part.wait() for part in (list(parts) if rest[1] == "AT_ONCE" else parts)]
        return ",".join(map(digest, results))
    elif word == "show":
        return b"".join(map(memory, results[int(rest[1])])).hex()
    elif word == "destroy":
        groups.clear()
        dist.destroy_process_group()
    else:
        raise ValueError(word)
    return "ok"


os.environ["GLOO_SOCKET_IFNAME"] = "lo"
print("= ready", flush=True)
for line in sys.stdin:
    try:
        print("=", answer_to(*line.rstrip("\n").split(" ")), flush=True)
    except Exception as e:
        print("= !", type(e).__name__, str(e).splitlines()[0] if str(e) else "", flush=True)
# Without waiting for threads of groups that were left to themselves.
os._exit(0)
