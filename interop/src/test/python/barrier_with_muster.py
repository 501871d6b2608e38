"""One of two who come to a barrier of a Muster server; the other is Java's.

Usage: barrier_with_muster.py PORT
"""

import sys

import torch.distributed as dist

store = dist.TCPStore("127.0.0.1", int(sys.argv[1]), is_master=False, wait_for_workers=False)
print("here", flush=True)
store.barrier("b", 2)
print("through")
