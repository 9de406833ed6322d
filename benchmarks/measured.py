"""Run a command and print what it took, as JSON: `python -I -S benchmarks/measured.py COMMAND…`.

A process of its own, because Linux counts as the largest memory of a process no less than that of
the one that started it.
"""

import json
import os
import subprocess
import sys
import time

started = time.monotonic()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
json.dump(
    {
        "seconds": time.monotonic() - started,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_megabytes": usage.ru_maxrss / 1024,  # kilobytes, on Linux
        "exit_code": os.waitstatus_to_exitcode(status),
    },
    sys.stdout,
)
