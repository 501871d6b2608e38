"""Hosts a TCPStore on a free port, prints the port, and talks with one Java client through it.

Usage: store_for_muster.py USE_LIBUV
"""

import sys
from datetime import timedelta

import torch
import torch.distributed as dist

store = dist.TCPStore(
    "127.0.0.1",
    0,
    is_master=True,
    wait_for_workers=False,
    timeout=timedelta(seconds=60),
    use_libuv=sys.argv[1] == "1",
)
print(store.port, flush=True)

assert store.get("from java") == b"hello"
store.set("from python", bytes([0xC3, 0xA9]).decode("utf-8"))
assert store.add("counter", 2) == 42
store.clone().barrier("together", 2) if hasattr(store, "barrier") else None
store.wait(["java is done"])
print("torch", torch.__version__, "agrees", flush=True)
