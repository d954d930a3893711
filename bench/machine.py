"""What is measured on, in a line."""

import os
from pathlib import Path


def machine():
    words = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().split("\n\n")[0].split("\n") if ":" in line)
    model = {name.strip(): value.strip() for name, value in words.items()}.get("model name", os.uname().machine)
    system = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().split("\n") if "=" in line)
    return f"{model}, {len(os.sched_getaffinity(0))} cores, {system['PRETTY_NAME'].strip(chr(34))}, Linux {os.uname().release}"
