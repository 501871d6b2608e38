"""Evaluates each line it is given and prints "= " and the result, or "= ! " and what was raised."""

import datetime
import sys

import torch.distributed as dist

TIMEOUT = datetime.timedelta(seconds=20)


def host():
    """Hosts a new store; its port."""
    global store
    store = dist.TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False, timeout=TIMEOUT)
    return store.port


def connect(port):
    """Uses the store at a port."""
    global store
    store = dist.TCPStore("127.0.0.1", port, is_master=False, wait_for_workers=False, timeout=TIMEOUT)


def file(path, world_size):
    """Uses a file as the store."""
    global store
    store = dist.FileStore(path, world_size)


def drop():
    """Lets go of the store."""
    global store
    store = None


print("= ready", flush=True)
for line in sys.stdin:
    try:
        print("=", eval(line), flush=True)
    except Exception as e:
        print("= !", type(e).__name__, str(e).splitlines()[0], flush=True)
