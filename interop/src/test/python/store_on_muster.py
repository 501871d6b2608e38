"""Every operation of torch.distributed.TCPStore on a server that is Muster's.

Usage: store_on_muster.py HOST PORT
"""

import sys
import threading
import time
from datetime import timedelta

import torch
import torch.distributed as dist

host, port = sys.argv[1], int(sys.argv[2])


def client(**options):
    options.setdefault("timeout", timedelta(seconds=30))
    return dist.TCPStore(host, port, is_master=False, wait_for_workers=False, **options)


def raises(kind, text, call):
    try:
        call()
    except kind as e:
        assert text in str(e), f"{text!r} is not in {e!r}"
        return
    raise AssertionError(f"no {kind.__name__}")


def keys_and_values(store):
    store.set("k", "v")
    assert store.get("k") == b"v"
    store.set("empty", "")
    assert store.get("empty") == b""
    store.set("bytes", bytes(range(256)).decode("latin-1"))
    assert store.get("bytes").decode("utf-8") == bytes(range(256)).decode("latin-1")
    large = "x" * (8 * 1024 * 1024)
    store.set("large", large)
    assert store.get("large") == large.encode()
    assert store.add("n", 5) == 5
    assert store.add("n", -7) == -2
    assert store.get("n") == b"-2"
    assert store.compare_set("cas", "expected", "v") == b"expected"
    assert store.compare_set("cas", "", "first") == b"first"
    assert store.compare_set("cas", "other", "third") == b"first"
    assert store.compare_set("cas", "first", "second") == b"second"
    store.append("joined", "po")
    store.append("joined", "tato")
    assert store.get("joined") == b"potato"
    store.multi_set(["m1", "m2"], ["a", "bb"])
    assert store.multi_get(["m1", "m2"]) == [b"a", b"bb"]
    assert store.check(["k", "n"]) and not store.check(["k", "none"]) and store.check([])
    before = store.num_keys()
    assert store.delete_key("k") and not store.delete_key("k")
    assert store.num_keys() == before - 1
    if hasattr(store, "list_keys"):
        assert {"n", "cas", "joined", "m1", "m2"} <= set(store.list_keys())
    else:
        print("list_keys is not in torch", torch.__version__)


def waits(store):
    raises(
        dist.DistStoreError,
        "wait timeout after 300ms, keys: /none",
        lambda: store.wait(["none"], timedelta(milliseconds=300)),
    )
    store.set("after a timeout", "usable")
    assert store.get("after a timeout") == b"usable"
    other = store.clone()
    ended = []
    waiting = threading.Thread(target=lambda: ended.append(other.get("awaited")))
    waiting.start()
    store.set("awaited", "now")
    waiting.join(30)
    assert ended == [b"now"]


def queues(store):
    assert not store.check(["q"]) and store.queue_len("q") == 0
    store.queue_push("q", "1")
    store.queue_push("q", "2")
    assert store.check(["q"]) and store.queue_len("q") == 2
    store.wait(["q"])
    assert store.queue_pop("q") == b"1"
    assert store.queue_pop("q") == b"2"
    raises(dist.QueueEmptyError, "empty", lambda: store.queue_pop("q", False))
    poppers, items = [], []
    for _ in range(4):
        popper = threading.Thread(target=lambda: items.append(store.clone().queue_pop("q")))
        popper.start()
        poppers.append(popper)
    for item in range(4):
        store.queue_push("q", str(item))
    for popper in poppers:
        popper.join(30)
    assert sorted(items) == [b"0", b"1", b"2", b"3"]


def barrier(store):
    if not hasattr(store, "barrier"):
        print("barrier is not in torch", torch.__version__)
        return
    clients = [store.clone() for _ in range(3)]
    threads = [threading.Thread(target=c.barrier, args=("b", 3)) for c in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    raises(
        dist.DistStoreError,
        "barrier timeout after 300ms, key: left",
        lambda: store.barrier("left", 2, timedelta(milliseconds=300)),
    )
    # Whoever left does not count: the next caller alone is not enough.
    raises(
        dist.DistStoreError,
        "barrier timeout",
        lambda: store.barrier("left", 2, timedelta(milliseconds=300)),
    )


def prefixes(store):
    prefixed = dist.PrefixStore("outer", dist.PrefixStore("inner", store))
    prefixed.set("x", "y")
    assert prefixed.get("x") == b"y"
    assert store.get("inner/outer/x") == b"y"


def workers():
    joining = dist.TCPStore(host, port, world_size=1, is_master=False)
    assert joining.add("joins", 1) == 1


def lost():
    """A number that is none costs the connection, and only that."""
    store, bystander = client(), client()
    store.set("text", "abc")
    raises(dist.DistNetworkError, "", lambda: store.add("text", 1))
    assert bystander.get("text") == b"abc"


started = time.monotonic()
shared = client()
for part in (keys_and_values, waits, queues, barrier, prefixes):
    part(shared)
workers()
lost()
print(f"torch {torch.__version__}: every operation agrees, in {time.monotonic() - started:.1f} s")
