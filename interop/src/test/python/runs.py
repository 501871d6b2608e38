"""Runs a rank of an unchanged init_process_group program as a process of its own, once per line.

The line is MASTER_PORT RANK DELAY TIMEOUT, in seconds. It is answered by "= " and the exit code of
the rank, which is a copy of this process, because importing torch takes most of the time.
"""

import datetime
import os
import sys
import time
import traceback

import torch
import torch.distributed as dist


def program(timeout):
    dist.init_process_group("gloo", timeout=timeout)
    tensor = torch.ones(3)
    dist.all_reduce(tensor)
    assert tensor.tolist() == [2, 2, 2], tensor
    dist.destroy_process_group()


def rank(port, rank, delay, timeout):
    os.environ.update(
        MASTER_ADDR="127.0.0.1",
        MASTER_PORT=port,
        RANK=rank,
        WORLD_SIZE="2",
        TORCHELASTIC_USE_AGENT_STORE="True",
        GLOO_SOCKET_IFNAME="lo",
    )
    time.sleep(float(delay))
    try:
        program(datetime.timedelta(seconds=float(timeout)))
        return 0
    except Exception:
        traceback.print_exc()
        return 1


for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os._exit(rank(*line.split()))
    print("=", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
