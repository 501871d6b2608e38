"""One rank of a Gloo process group that meets at the store in MASTER_ADDR and MASTER_PORT, as torchrun's workers do.

Usage: RANK=r WORLD_SIZE=n MASTER_ADDR=… MASTER_PORT=… TORCHELASTIC_USE_AGENT_STORE=True gloo_world.py
"""

import torch
import torch.distributed as dist

dist.init_process_group("gloo", init_method="env://")
tensor = torch.full((1000,), float(dist.get_rank() + 1))
dist.all_reduce(tensor)
expected = sum(range(1, dist.get_world_size() + 1))
assert torch.equal(tensor, torch.full((1000,), float(expected))), tensor
dist.barrier()
dist.destroy_process_group()
print("rank agrees")
