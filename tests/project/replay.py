#!/usr/bin/python3
"""replay.py HISTORY EMPTY OUTDIR - apply the history's patches (RFC 6902).

EMPTY is what the first line is applied to; OUTDIR/SEQ.json is what stands
after the line of that seq. add, remove and replace, as the RFC has them: the
target of remove and replace must exist, an array's add moves what is behind.
"""
import json
import pathlib
import sys


def apply(document, op):
    steps = [step.replace("~1", "/").replace("~0", "~")
             for step in op["path"].split("/")[1:]]
    for step in steps[:-1]:
        document = document[int(step) if isinstance(document, list) else step]
    last = steps[-1]
    if isinstance(document, list):
        last = int(last)
        assert 0 <= last < len(document) + (op["op"] == "add"), op
    else:
        assert op["op"] == "add" or last in document, op
    if op["op"] == "remove":
        del document[last]
    elif op["op"] == "add" and isinstance(document, list):
        document.insert(last, op["value"])
    else:
        assert op["op"] in ("add", "replace"), op
        document[last] = op["value"]


def main():
    history, empty, out = sys.argv[1:4]
    document = json.loads(pathlib.Path(empty).read_text())
    with open(history, encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            for op in line["patch"]:
                if op["path"] == "":
                    assert op["op"] == "replace", op
                    document = op["value"]
                else:
                    apply(document, op)
            assert document["seq"] == line["seq"], line["seq"]
            path = pathlib.Path(out) / f"{line['seq']}.json"
            path.write_text(json.dumps(document))


main()
