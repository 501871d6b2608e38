"""A rank that all-reduces. In the first attempt one rank fails instead, after it has met the others."""

import datetime
import os

import torch
import torch.distributed as dist
from torch.distributed.elastic.multiprocessing.errors import record


@record
def main():
    rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    attempt = os.environ["TORCHELASTIC_RESTART_COUNT"]
    dist.init_process_group("gloo", timeout=datetime.timedelta(seconds=60))
    if attempt == "0" and rank == size // 2:
        raise RuntimeError("on purpose")
    tensor = torch.full((3,), float(rank + 1))
    dist.all_reduce(tensor)
    print(f"attempt {attempt}: {tensor[0].item()}", flush=True)
    dist.destroy_process_group()


main()
