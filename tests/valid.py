#!/usr/bin/python3
"""valid.py SCHEMADIR SCHEMA FILE... - check documents against a JSON Schema.

One line for each fault, exit 1 where there is one. A .jsonl file is checked
line by line.
"""
import json
import pathlib
import sys

import jsonschema


def documents(path):
    with open(path, encoding="utf-8") as file:
        if path.endswith(".jsonl"):
            for number, line in enumerate(file, 1):
                yield f"{path}:{number}", json.loads(line)
        else:
            yield path, json.load(file)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    schema = json.loads((folder / f"{sys.argv[2]}.json").read_text())
    resolver = jsonschema.RefResolver(folder.as_uri() + "/", schema)
    check = jsonschema.Draft202012Validator(schema, resolver=resolver)
    bad = False
    for path in sys.argv[3:]:
        for place, document in documents(path):
            for fault in check.iter_errors(document):
                bad = True
                print(f"{place}: {fault.json_path}: {fault.message[:300]}")
    sys.exit(bad)


main()
