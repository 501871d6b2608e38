"""One rank of a process group on Gloo: gloo.py RANK WORLD_SIZE HOW PORT.

HOW is the way to the store: "store" makes a client; "tcp" and "env" let PyTorch make one, as the
URL and the environment say, and every rank is a client of the store that the agent hosts.
"""

import datetime
import os
import sys

import torch
import torch.distributed as dist

rank, world_size, how, port = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
timeout = datetime.timedelta(seconds=60)
os.environ["GLOO_SOCKET_IFNAME"] = "lo"
os.environ["TORCHELASTIC_USE_AGENT_STORE"] = "True"

if how == "store":
    store = dist.TCPStore("127.0.0.1", port, world_size, is_master=False, timeout=timeout)
    dist.init_process_group("gloo", store=store, rank=rank, world_size=world_size, timeout=timeout)
elif how == "tcp":
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    url = f"tcp://127.0.0.1:{port}"
    dist.init_process_group("gloo", init_method=url, rank=rank, world_size=world_size, timeout=timeout)
else:
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), RANK=str(rank), WORLD_SIZE=str(world_size))
    dist.init_process_group("gloo", init_method="env://", timeout=timeout)

ramp = torch.arange(1000, dtype=torch.float32)
tensor = ramp + rank
dist.all_reduce(tensor)
assert torch.equal(tensor, ramp * world_size + sum(range(world_size))), tensor

first = torch.tensor([7 + rank])
dist.broadcast(first, src=0)
assert first.item() == 7, first

group = dist.new_group(list(range(world_size)))
gathered = [torch.zeros(1) for _ in range(world_size)]
dist.all_gather(gathered, torch.tensor([float(rank)]), group=group)
assert [int(one) for one in gathered] == list(range(world_size)), gathered

dist.barrier()
dist.destroy_process_group()
print("= done", flush=True)
