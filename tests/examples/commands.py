#!/usr/bin/python3
"""commands.py PAGE OUTDIR - OUTDIR/N.sh for each command of its EXAMPLES.

A command begins with "$ " and goes on for as long as a shell wants more of
it: bash -n says whether it does.
"""
import pathlib
import re
import subprocess
import sys


def lines(page):
    text = subprocess.run(["mandoc", "-T", "ascii", "-O", "width=300", page],
                          check=True, capture_output=True, text=True).stdout
    text = re.sub(".\x08", "", text)
    section = re.search(r"^EXAMPLES\n(.*?)^\S", text, re.M | re.S)
    return section.group(1).splitlines() if section else []


def whole(command):
    if re.search(r"[|\\]$", command):
        return False
    done = subprocess.run(["bash", "-n"], input=command, text=True,
                          capture_output=True)
    return done.returncode == 0


def commands(page):
    command = None
    for line in lines(page):
        line = line.strip()
        if command is not None:
            command += "\n" + line
        elif line.startswith("$ "):
            command = line[2:]
        if command is not None and whole(command):
            yield command
            command = None
    assert command is None, command


for number, text in enumerate(commands(sys.argv[1]), 100):
    path = pathlib.Path(sys.argv[2]) / f"{number}.sh"
    path.write_text(text + "\n")
