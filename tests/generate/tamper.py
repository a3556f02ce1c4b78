#!/usr/bin/python3
"""tamper.py STEP DOCUMENT STATE TREE... - alter a sealed document, one place
at a time, and see hermes-exec -s STATE refuse it

Places are every leaf, which gets another value; every member and every
element, which goes; every object, which gets one more member; every list,
which is turned round. All but gate.seal's own place and the acknowledgements
of "ledger", which the seal leaves out (G3). STEP 10 takes every tenth place.
Each must end with 65, no output, and STATE and every TREE as they were. One
line for each fault, then how many of how many were refused.
"""
import copy
import json
import os
import subprocess
import sys


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for name, each in value.items():
            if path or name != "ledger":
                yield from places(each, path + (name,))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from places(each, path + (number,))


def another(value):
    if value is None:
        return 0
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value == "":
        return "x"
    return value[:-1] + ("0" if value[-1] != "0" else "1")


def alterations(document):
    """(how, path) for everything that is done at a place."""
    for path in places(document):
        value = document
        for step in path:
            value = value[step]
        if not isinstance(value, (dict, list)):
            yield "changed", path
        elif isinstance(value, dict):
            yield "grown", path
        elif len(value) > 1 and value != value[::-1]:
            yield "turned", path
        if path:
            yield "gone", path


def altered(document, how, path):
    made = copy.deepcopy(document)
    if not path:
        made["x_more"] = 1
        return made
    holder = made
    for step in path[:-1]:
        holder = holder[step]
    last = path[-1]
    if how == "gone":
        del holder[last]
    elif how == "changed":
        holder[last] = another(holder[last])
    elif how == "grown":
        holder[last]["x_more"] = 1
    else:
        holder[last].reverse()
    return made


def looks(folders):
    """What stands where; a change of a byte changes a time or a size."""
    seen = []
    for folder in folders:
        for where, _, names in os.walk(folder):
            for name in names + ["."]:
                at = os.lstat(os.path.join(where, name))
                seen.append((where, name, at.st_ino, at.st_size, at.st_mode,
                             at.st_mtime_ns if name != "." else 0))
    return sorted(seen)


def main():
    step, folders = int(sys.argv[1]), sys.argv[3:]
    with open(sys.argv[2], encoding="utf-8") as file:
        document = json.load(file)
    before, faults, count = looks(folders), 0, 0
    for number, (how, path) in enumerate(alterations(document)):
        if number % step:
            continue
        count += 1
        made = subprocess.run(
            ["hermes-exec", "-s", folders[0]], check=False,
            input=json.dumps(altered(document, how, path)).encode(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if made.returncode != 65 or made.stdout or looks(folders) != before:
            faults += 1
            print(f"{'.'.join(map(str, path))}: {how}: exit status "
                  f"{made.returncode}: {made.stderr.decode().strip()}")
            before = looks(folders)
    print(f"{count - faults} of {count} alterations refused")
    sys.exit(faults > 0)


main()
