"""A rank of process groups on Gloo: gloo.py RANK WORLD_SIZE.

Each line it is sent, HOW PORT, makes a group, uses it, and is answered by "= done". HOW is the way
to the store: "store" makes a client; "tcp" and "env" let PyTorch make one, as the URL and the
environment say, and every rank is a client of the store that the agent hosts.
"""

import datetime
import os
import sys

import torch
import torch.distributed as dist

rank, world_size = int(sys.argv[1]), int(sys.argv[2])
timeout = datetime.timedelta(seconds=60)


def join(how, port):
    if how == "store":
        store = dist.TCPStore("127.0.0.1", port, world_size, is_master=False, timeout=timeout)
        dist.init_process_group("gloo", store=store, rank=rank, world_size=world_size, timeout=timeout)
        return
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    if how == "tcp":
        url = f"tcp://127.0.0.1:{port}"
        dist.init_process_group("gloo", init_method=url, rank=rank, world_size=world_size, timeout=timeout)
    else:
        os.environ.update(RANK=str(rank), WORLD_SIZE=str(world_size))
        dist.init_process_group("gloo", init_method="env://", timeout=timeout)


def use():
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


os.environ["GLOO_SOCKET_IFNAME"] = "lo"
os.environ["TORCHELASTIC_USE_AGENT_STORE"] = "True"
for line in sys.stdin:
    how, port = line.split()
    join(how, int(port))
    use()
    dist.destroy_process_group()
    for name in ("MASTER_ADDR", "MASTER_PORT", "RANK", "WORLD_SIZE"):
        os.environ.pop(name, None)
    print("= done", flush=True)
