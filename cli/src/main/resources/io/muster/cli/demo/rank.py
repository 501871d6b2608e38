"""A rank of `muster demo`: meets the others, exchanges keys and all-reduces, and checks it all."""

import datetime
import os
import sys

import torch
import torch.distributed as dist

rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
timeout = datetime.timedelta(seconds=60)


def say(step, text):
    print(f"{step} {text}", flush=True)


say("started", f"Python {sys.version.split()[0]}, torch {torch.__version__.split('+')[0]}")

store, _, _ = next(dist.rendezvous("env://", timeout=timeout))
store.set(f"demo/{rank}", f"from {rank}")
values = [store.get(f"demo/{other}").decode() for other in range(size)]
assert values == [f"from {other}" for other in range(size)], values
say("keys", f"{size} keys, one of each rank")

dist.init_process_group("gloo", init_method="env://", timeout=timeout)
say("met", f"a group of {dist.get_world_size()} ranks")

tensor = torch.full((1000,), float(rank + 1))
dist.all_reduce(tensor)
expected = size * (size + 1) // 2
assert torch.equal(tensor, torch.full((1000,), float(expected))), tensor
say("reduced", f"1 + ... + {size} = {int(tensor[0])}, a thousand times")
dist.barrier()
dist.destroy_process_group()
