#!/usr/bin/env python3
"""Fits a line with DistributedDataParallel. JavaRank.java can be a rank of the same world.

README.md has the command. Exits with 0 only if the loss has fallen and all ranks hold equal
parameters.
"""

import sys

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

STEPS = 50
SAMPLES = 256
# Multiplying by a power of two is exact, so PyTorch and Java compute equal parameters.
LEARNING_RATE = 0.5

dist.init_process_group("gloo")
rank, world_size = dist.get_rank(), dist.get_world_size()
torch.manual_seed(rank)

# y = x[0] + 2 x[1] + 3 x[2] + … + 0.5. In the samples of rank r only x[r] varies, so a model that
# fits has gradients of all ranks in it.
x = torch.zeros(SAMPLES, world_size)
x[:, rank] = torch.randn(SAMPLES)
y = (rank + 1) * x[:, rank] + 0.5

model = DistributedDataParallel(torch.nn.Linear(world_size, 1))
optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE)
first_loss = None
for step in range(1, STEPS + 1):
    loss = torch.nn.functional.mse_loss(model(x)[:, 0], y)
    optimizer.zero_grad()
    loss.backward()  # averages the gradients of all ranks
    optimizer.step()

    mean_loss = loss.detach()
    dist.all_reduce(mean_loss, dist.ReduceOp.AVG)
    first_loss = first_loss or mean_loss.item()
    if rank == 0 and (step == 1 or step % 10 == 0):
        print(f"step {step:2}: mean loss {mean_loss.item():.2e}")

own = torch.cat([parameter.detach().flatten() for parameter in model.parameters()])
all_ranks = [torch.empty_like(own) for _ in range(world_size)]
dist.all_gather(all_ranks, own)
dist.barrier()
dist.destroy_process_group()

if not all(torch.equal(own, other) for other in all_ranks):
    sys.exit(f"the ranks hold different parameters: {all_ranks}")
if not mean_loss.item() < first_loss / 1000:
    sys.exit(f"the loss has not fallen enough: from {first_loss} to {mean_loss.item()}")
print(f"Python, parameters equal on {world_size} ranks: " + " ".join(f"{p:.3f}" for p in own))
