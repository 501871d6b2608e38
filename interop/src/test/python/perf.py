"""Runs examples/perf_rank.py on loopback, once per line: the line is its arguments.

Each line is answered by "= " and the exit code.
"""

import os
import runpy
import sys
import traceback

import torch.distributed as dist

SCRIPT = sys.argv[1]


def exit_code(arguments):
    sys.argv = [SCRIPT, *arguments]
    try:
        runpy.run_path(SCRIPT, run_name="__main__")
        return 0
    except SystemExit as e:
        return e.code
    except Exception:
        traceback.print_exc()
        return 1
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()


os.environ["GLOO_SOCKET_IFNAME"] = "lo"
for line in sys.stdin:
    print("=", exit_code(line.split()), flush=True)
