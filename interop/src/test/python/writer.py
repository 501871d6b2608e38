"""Changes keys of the TCPStore server whose port is given, with a stock client.

Prints "= done" when the server has applied all changes.
"""

import datetime
import sys

import torch.distributed as dist

store = dist.TCPStore(
    "127.0.0.1",
    int(sys.argv[1]),
    is_master=False,
    wait_for_workers=False,
    timeout=datetime.timedelta(seconds=60),
)
store.set("unwatched", "v")
store.set("w/k", "first")
store.append("w/k", "+")
store.compare_set("w/k", "first+", "second")
store.compare_set("w/k", "other", "third")
store.add("w/n", 5)
store.multi_set(["w/a", "w/b"], ["1", "2"])
store.queue_push("w/q", "item")
store.delete_key("w/k")
assert store.num_keys() == 4
print("= done", flush=True)
