#!/usr/bin/python3
"""determinism.py FIRST COUNT - sweep COUNT made-up fleets from seed FIRST on

For each: the hash by hand is the plan's; permuted repositories and members,
and unknown extras, change no decision_hash; one decisive member of the input
changed, and it is another; one decisive member of the plan changed, and
hermes-gate finds that the hash does not re-derive; every stage again on the
kept document gives the same bytes. One line for each fault, then one of what
was done.
"""
import copy
import json
import random
import subprocess
import sys

sys.dont_write_bytecode = True
import fleets

STAGES = ["plan", "lease", "topo", "gate"]
faults = 0
done = {}


def run(stage, text):
    made = subprocess.run(["hermes-" + stage], input=text, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if made.returncode != 0:
        raise RuntimeError(f"hermes-{stage}: {made.stderr.decode()}")
    return made.stdout


def dumped(document):
    return json.dumps(document, separators=(",", ":")).encode()


def expect(holds, seed, what):
    global faults
    done[what.split(":")[0]] = done.get(what.split(":")[0], 0) + 1
    if not holds:
        faults += 1
        print(f"seed {seed}: {what}")


def plan_of(document):
    return json.loads(run("plan", dumped(document)))["plan"]


def hash_by_hand(plan):
    rows = [{name: row[name] for name in (
        "repo_key", "recommendation", "strategy", "target", "endpoint",
        "reasons", "depth", "place")} for row in plan["repos"]]
    return fleets.named_hash({"policy": plan["policy_digest"], "repos": rows})


# Lists over the fleet, and those of a repository that are sets.
SETS = {"repos", "depends_on", "after", "groups"}


def permuted(rng, value, name=""):
    if isinstance(value, list):
        value = [permuted(rng, each) for each in value]
        if name in SETS:
            rng.shuffle(value)
        return value
    if not isinstance(value, dict):
        return value
    members = [(key, permuted(rng, each, key)) for key, each in value.items()]
    rng.shuffle(members)
    return dict(members)


def strewn(rng, value):
    """Unknown extras in every object that filters may add to."""
    if isinstance(value, list):
        return [strewn(rng, each) for each in value]
    if not isinstance(value, dict):
        return value
    made = {key: strewn(rng, each) for key, each in value.items()}
    made["x_" + str(rng.randrange(9))] = rng.choice([1, None, "a", [{}], {"b": 2}])
    return made


def rows(document):
    return {row["repo_key"]: row for row in document["probe"]["repos"]}


def decisive(rng, document, plan):
    """(what, document) for each decisive member that can be changed here."""
    due = [row["repo_key"] for row in plan["repos"]
           if row["recommendation"] in ("upgrade", "canary")]
    every = [row["repo_key"] for row in plan["repos"]]

    def edited(what, edit):
        changed = copy.deepcopy(document)
        edit(changed)
        return what, changed

    yield edited("policy.digest",
                 lambda d: d["policy"].update(digest="sha256:" + "0" * 64))
    gone = rng.choice(every)
    needed = {k for row in document["fleet"]["repos"]
              for k in row["depends_on"] + row["after"]}
    if gone not in needed:
        def drop(d):
            for part in ("fleet", "probe"):
                d[part]["repos"] = [row for row in d[part]["repos"]
                                    if row["repo_key"] != gone]
        yield edited("a repository less", drop)
    if not due:
        return
    key = rng.choice(due)
    other = fleets.oid("another", key)
    yield edited("tip", lambda d: rows(d)[key].update(tip=other))
    yield edited("reason", lambda d: fleets.trouble_of(
        rng, rows(d)[key], "dirty") and rows(d)[key].update(reason="dirty"))
    yield edited("endpoint.role",
                 lambda d: rows(d)[key]["endpoint"].update(role="cache"))
    yield edited("endpoint.url", lambda d: rows(d)[key]["endpoint"].update(
        url="https://other.example.org/x.git"))
    yield edited("facts", lambda d: rows(d)[key]["facts"].append("shallow"))
    yield edited("pressure", lambda d: d["probe"]["resources"].update(
        {"class": "critical"}))

    def remembered(d, **news):
        state = d["memory"]["state"] or fleets.memory([None])["state"]
        d["memory"]["state"] = state
        state["repos"] = [row for row in state["repos"]
                          if row and row["repo_key"] != key]
        row = fleets.remembered(random.Random(1), rows(d)[key],
                                "2025-01-01T00:00:00.000Z")
        row.update(last_failure_at=None, bad_commits=[], holds=[])
        row.update(news)
        state["repos"].append(row)
        state["repos"].sort(key=lambda each: each["repo_key"])
    yield edited("a hold", lambda d: remembered(d, holds=[
        {"why": "x", "author": "y", "set_at": "2025-01-01T00:00:00.000Z",
         "expires_at": None}]))
    yield edited("a bad commit", lambda d: remembered(d, bad_commits=[
        {"oid": rows(d)[key]["tip"], "at": "2025-01-01T00:00:00.000Z",
         "token": 1, "code": "check-failed"}]))
    yield edited("a failure", lambda d: remembered(
        d, last_failure_at="2025-03-01T03:59:00.000Z"))
    # one that stands as deep at least: a need of what stands higher may say
    # nothing new
    depth = {row["repo_key"]: row["depth"] for row in plan["repos"]}
    deep = [k for k in due if k != key and depth[k] >= depth[key]]
    if deep:
        needs = rng.choice(deep)
        yield edited("depends_on", lambda d: next(
            row for row in d["fleet"]["repos"] if row["repo_key"] == key)
            ["depends_on"].append(needs))


def altered_plans(rng, plan):
    """(member, plan) with one decisive member of one row changed."""
    news = {
        "repo_key": "another", "recommendation": "defer", "strategy": "ref-only",
        "target": "f" * 40, "endpoint": {"role": "cache", "url": "https://x/y"},
        "reasons": ["no-space"], "depth": 77, "place": 77,
    }
    for member, new in news.items():
        changed = copy.deepcopy(plan)
        row = rng.choice(changed["repos"])
        if row[member] == new:
            continue
        row[member] = new
        yield member, changed
    changed = copy.deepcopy(plan)
    changed["policy_digest"] = "sha256:" + "1" * 64
    yield "policy_digest", changed


def hash_holds(document):
    """What hermes-gate says of the hash; it may refuse the document."""
    made = subprocess.run(["hermes-gate"], input=dumped(document), check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if made.returncode == 65:
        return False
    return all(check["passed"] for check in
               json.loads(made.stdout)["gate"]["checks"]
               if check["name"] in ("hashes-re-derive", "one-cycle-one-policy"))


def sweep(seed):
    rng = random.Random(seed)
    document = fleets.document(seed, rng.randrange(2, 25))
    kept = {}
    text = dumped(document)
    for stage in STAGES:
        text = kept[stage] = run(stage, text)
    last = json.loads(text)
    plan = last["plan"]
    expect(hash_by_hand(plan) == plan["decision_hash"], seed, "hash by hand")
    for stage in STAGES:
        again = run(stage, text)
        expect(again == kept[stage], seed, f"again: hermes-{stage}")

    for what, made in [("permuted", permuted(rng, document)),
                       ("extras", strewn(rng, document))]:
        expect(plan_of(made)["decision_hash"] == plan["decision_hash"],
               seed, what)
    for what, made in decisive(rng, document, plan):
        expect(plan_of(made)["decision_hash"] != plan["decision_hash"], seed,
               f"decisive in the input: {what}")
    expect(hash_holds(last), seed, "the gate re-derives it")
    for what, made in altered_plans(rng, plan):
        expect(not hash_holds(dict(last, plan=made)), seed,
               f"decisive in the plan: {what}")


def main():
    first, count = int(sys.argv[1]), int(sys.argv[2])
    for seed in range(first, first + count):
        try:
            sweep(seed)
        except RuntimeError as fault:
            expect(False, seed, f"refused: {fault}")
    print(f"{count} fleets: " + ", ".join(
        f"{number} {what}" for what, number in sorted(done.items())))
    sys.exit(faults > 0)


main()
