#!/usr/bin/python3
"""whole.py SCHEMADIR STATE - every invariant of a STATE after a tick.

Nothing here asks Hermes: the chain is hashed by hashlib, documents are held
against their JSON Schemas, locks are tried. One line for each fault, exit 1
where there is one.
"""
import fcntl
import hashlib
import json
import os
import pathlib
import re
import stat
import sys

import jsonschema

FILES = """
auto_safe_upgrade_summary.json auto_safe_upgrade_state.json
auto_safe_upgrade_state_history.jsonl remote_health.json
runtime_intelligence.json runtime_resource_state.json
runtime_resource_telemetry.json agent_coordination_state.json
coordination_leases.json global_orchestration_plan.json
runtime_consensus_state.json runtime_topology_graph.json
remote_federation_state.json federation_topology_state.json
control_plane_integrity.json rollback_intelligence.json
live_runtime_control_plane.json runtime_events.jsonl
""".split()
BESIDE = """
.cycle.lock .tick.lock .ledger.lock runtime_events.head.json
project.checkpoint.json journals staging cycles torn tick.told tick.waiting
""".split()
KEPT = re.compile(r"^(last|\d{8}T\d{6}Z-[0-9a-f]{8})(\.json)?$")

faults = []


def fault(place, text):
    faults.append(f"{place}: {text}")


def documents(path):
    text = path.read_bytes()
    if path.suffix != ".jsonl":
        yield path.name, json.loads(text)
        return
    if text and not text.endswith(b"\n"):
        fault(path.name, "the last line has no end")
    for number, line in enumerate(text.splitlines(), 1):
        yield f"{path.name}:{number}", json.loads(line)


def schema_check(folder, path, name, stated):
    schema = json.loads((folder / f"{name}.json").read_text())
    resolver = jsonschema.RefResolver(folder.as_uri() + "/", schema)
    check = jsonschema.Draft202012Validator(schema, resolver=resolver)
    for place, document in documents(path):
        if stated and document.get("schema") != f"hermes.{name}/1":
            fault(place, f"schema is {document.get('schema')}")
        for error in check.iter_errors(document):
            fault(place, f"{error.json_path}: {error.message[:200]}")


def modes(state):
    for folder, folders, files in os.walk(state):
        if pathlib.Path(folder).parent == state / "staging":
            folders[:] = []  # git's own, kept in by staging's mode
            continue
        for name in files:
            place = pathlib.Path(folder) / name
            mode = stat.S_IMODE(place.lstat().st_mode)
            if mode != 0o600:
                fault(place, f"mode {mode:o}")
        mode = stat.S_IMODE(os.lstat(folder).st_mode)
        if mode != 0o700:
            fault(folder, f"mode {mode:o}")


def chain(state):
    """The ledger's head and its ids, derived line by line (E1)."""
    hash_, seq, size, ids = "0" * 64, 0, 0, set()
    text = (state / "runtime_events.jsonl").read_bytes()
    for line in text.splitlines(keepends=True):
        seq += 1
        event = json.loads(line)
        place = f"runtime_events.jsonl:{seq}"
        signed = line[: line.rindex(b',"hash"')]
        if event["seq"] != seq:
            fault(place, f"seq is {event['seq']}")
        if event["prevhash"] != hash_:
            fault(place, "prevhash is not the hash of the line before")
        hash_ = hashlib.sha256(hash_.encode() + signed).hexdigest()
        if event["hash"] != hash_:
            fault(place, "hash is not that of the line")
        if event["id"] in ids:
            fault(place, f"id {event['id']} was there before")
        ids.add(event["id"])
        size += len(line)
    head = json.loads((state / "runtime_events.head.json").read_bytes())
    found = {"seq": seq, "bytes": size, "hash": hash_}
    for name, value in found.items():
        if head[name] != value:
            fault("runtime_events.head.json", f"{name} is {head[name]}")
    return found, ids


def left_over(state):
    for entry in sorted(os.listdir(state)):
        if entry not in FILES and entry not in BESIDE:
            fault(entry, "nobody's")
    for entry in os.listdir(state / "cycles"):
        if not KEPT.match(entry):
            fault(f"cycles/{entry}", "left over")
    for name in (".cycle.lock", ".ledger.lock"):
        with open(state / name, "rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                fault(name, "held")


def journals(folder, state, ids):
    """One may stay until the next cycle: done, its events in the ledger."""
    if not (state / "journals").exists():
        return
    for path in sorted((state / "journals").iterdir()):
        schema_check(folder, path, "journal", True)
        journal = json.loads(path.read_bytes())
        place = f"journals/{path.name}"
        if not journal["done"]:
            fault(place, "not done")
        for event in journal["events"]:
            if event["id"] not in ids:
                fault(place, f"{event['id']} is not in the ledger")


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    state = pathlib.Path(sys.argv[2]).resolve()
    for name in FILES:
        path = state / name
        if not path.exists():
            fault(name, "missing")
            continue
        ledger = name == "runtime_events.jsonl"
        schema_check(folder, path, name.split(".")[0], not ledger)
    modes(state)
    left_over(state)
    head, ids = chain(state)
    journals(folder, state, ids)
    for name in ("auto_safe_upgrade_state", "runtime_intelligence",
                 "rollback_intelligence", "live_runtime_control_plane",
                 "auto_safe_upgrade_summary"):
        view = json.loads((state / f"{name}.json").read_bytes())
        if (view["seq"], view["hash"]) != (head["seq"], head["hash"]):
            fault(f"{name}.json", f"stands at {view['seq']}, not at the head")
    leases = json.loads((state / "coordination_leases.json").read_bytes())
    for lease in leases["leases"]:
        fault("coordination_leases.json", f"holds {lease}")
    for line in faults:
        print(line)
    sys.exit(bool(faults))


main()
