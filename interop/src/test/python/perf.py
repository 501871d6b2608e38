"""Runs a script with the arguments behind its name, on loopback."""

import os
import runpy
import sys

os.environ["GLOO_SOCKET_IFNAME"] = "lo"
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
