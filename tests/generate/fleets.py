"""fleets.py - made-up fleets as hermes-probe would hand them on

document(seed, repos, ...) is a cycle document up to "probe": mixed trouble,
federations, dependencies with and without cycles, memory. The same arguments
give the same document. Run by itself: fleets.py SEED REPOS [EDGES DUE], one
document; with EDGES and DUE a big quiet fleet with that many dependency edges
and that many repositories behind.
"""
import hashlib
import json
import random
import sys

LOCAL = ["dirty", "staged", "detached", "in-progress", "locked", "stale-lock",
         "shallow", "needs-filter", "no-upstream", "unborn", "corrupt", "read-only-fs"]
MISSING = ["missing", "not-a-repo"]
REMOTE = ["dns", "timeout", "tls", "not-found", "auth-rejected", "rate-limited",
          "server-error", "empty-advert"]
AFTER_LOOK = ["diverged", "ahead", "unfetched", "submodules",
              "untracked-collision", "unsafe-tree"]
BOOT = "11111111-2222-3333-4444-555555555555"
SAMPLES = ["psi_cpu_permille", "psi_memory_permille", "psi_io_permille",
           "load_permille", "mem_available_bytes", "mem_available_permille",
           "free_bytes", "free_inode_count", "battery_percent"]
HOSTS = [f"git{n}.example.org" for n in range(4)]


def canonical(value):
    """RFC 8785, for what has ASCII names and whole numbers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"),
                      ensure_ascii=False).encode()


def named_hash(value):
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def oid(*parts):
    return hashlib.sha1(repr(parts).encode()).hexdigest()


def policy(rng):
    made = {
        "schema": "hermes.policy/1", "max_lanes": rng.choice([1, 2, 4, 8]),
        "probe_workers": 32, "probe_deadline_ms": 20000,
        "lease_ttl_ms": 900000, "remote_budgets": {"default": 4},
        "risk": {"canary_from_permille": rng.choice([100, 300]),
                 "block_from_permille": rng.choice([500, 800]),
                 "band_permille": 50,
                 "weights": {name: 100 for name in (
                     "change", "paths", "failures", "rollbacks", "remote",
                     "hour", "dependants")}},
        "windows": [], "sensitive_paths": ["*.sh"],
        "min_age_s": rng.choice([0, 0, 3600]), "cooldown_s": 3600,
        "cooldown_max_s": 86400, "evidence_max_age_s": 604800,
        "mirror_ahead": "defer",
        "require_signature": "none", "allowed_signers": None, "keyring": None,
        "protocols": ["file", "https", "ssh"],
        "rollback_dependants": False, "keep_rollbacks": 10, "keep_cycles": 30,
    }
    if rng.random() < 0.2:
        made["windows"] = [{rng.choice(["allow", "deny"]): "Sat-Sun 03:00-05:00",
                            "time_zone": "UTC"}]
    made["digest"] = named_hash(made)
    made["zones"] = [{"time_zone": "UTC", "offset_s": 0, "changes": []}] \
        if made["windows"] else []
    return made


def fleet_repo(rng, key, before, trouble):
    """`before`: the keys made already, so that most edges make no cycle."""
    wants = [k for k in before[-8:] if rng.random() < 0.15]
    return {
        "repo_key": key, "path": f"/srv/{key}", "branch": "main",
        "depends_on": wants,
        "after": [k for k in before[-3:] if rng.random() < 0.05],
        "groups": rng.sample(["core", "edge", "lab"], rng.randrange(3)),
        "remotes": [], "checks": [{
            "argv": ["make", "-s", "check"], "at": "canary", "need": "required",
            "timeout_s": 300}] if trouble and rng.random() < 0.3 else [],
        "policy": {"min_age_s": 60} if trouble and rng.random() < 0.05 else {},
        "trust_config": False,
    }


def endpoints(rng, key, tip, number):
    def one(role, host):
        return {"name": "origin" if role == "primary" else None,
                "url": f"https://{host}/{key}.git", "host": host, "role": role,
                "class": "ok", "tip": tip, "detail": None}
    made = [one("primary", HOSTS[number % len(HOSTS)])]
    if rng.random() < 0.2:
        made.append(one("mirror", "mirror.example.net"))
    return made


def probe_repo(rng, key, number, reason, head, tip):
    row = {
        "repo_key": key, "path": f"/srv/{key}", "reason": reason, "detail": None,
        "facts": [], "common_dir": f"/srv/{key}/.git",
        "git_dir": f"/srv/{key}/.git", "device": 7, "inode": 1000 + number,
        "bare": False, "linked": False,
        "head": {"oid": head, "branch": "main", "detached": False,
                 "unborn": False},
        "branch": "main", "branch_oid": head,
        "upstream": {"remote": "origin", "ref": "refs/heads/main"},
        "staged_count": 0, "unstaged_count": 0, "untracked_count": 0,
        "dirty_paths": [], "endpoints": endpoints(rng, key, tip, number),
        "endpoint": None, "tip": tip, "tip_known": True, "evidence": None,
        "signature": None, "staging": None, "refs": [], "tags": [],
        "ahead_count": 0, "behind_count": 0, "change": None, "collisions": [],
        "unsafe": [], "free_bytes": 10 ** 12, "free_inode_count": 10 ** 6,
        "submodule_count": 0, "stash_count": 0, "probe_ms": 3,
    }
    chosen = row["endpoints"][0]
    row["endpoint"] = {name: chosen[name]
                       for name in ("name", "url", "host", "role")}
    return row


def trouble_of(rng, row, reason):
    """Make the row say what its reason says."""
    if reason == "behind":
        row["behind_count"] = rng.randrange(1, 40)
        row["staging"] = f"/state/staging/{row['repo_key']}"
        row["tags"] = [{"name": f"v{n}", "oid": row["tip"]}
                       for n in range(row["behind_count"] % 3)]
        row["refs"] = [{"name": f"refs/heads/side{n}", "oid": row["tip"]}
                       for n in range(row["behind_count"] % 2)]
        row["change"] = {
            "commit_count": row["behind_count"],
            "file_count": rng.randrange(1, 300),
            "insertion_count": rng.randrange(3000),
            "deletion_count": rng.randrange(3000),
            "new_bytes": rng.randrange(10 ** 6),
            "sensitive_paths": ["install.sh"] if rng.random() < 0.2 else []}
        return row
    if reason == "current":
        return row
    if reason in MISSING:
        for name in ("common_dir", "git_dir", "device", "inode", "bare",
                     "linked", "head", "branch", "branch_oid", "upstream",
                     "endpoint", "staged_count", "unstaged_count",
                     "untracked_count", "submodule_count", "stash_count",
                     "free_bytes", "free_inode_count"):
            row[name] = None
        row["endpoints"] = []
    if reason in REMOTE:
        for member in row["endpoints"]:
            member["class"], member["tip"] = reason, None
            member["detail"] = f"{member['host']}: {reason}"
        row["endpoint"] = None
    if reason == "dirty":
        row["unstaged_count"], row["dirty_paths"] = 2, ["a", "b"]
    if reason == "staged":
        row["staged_count"], row["dirty_paths"] = 1, ["a"]
    if reason == "ahead":
        row["ahead_count"] = 2
        return row
    if reason == "diverged":
        row["ahead_count"] = row["behind_count"] = 2
        return row
    if reason not in AFTER_LOOK:
        row["tip"], row["tip_known"] = None, False
    row["ahead_count"] = row["behind_count"] = None
    return row


def remembered(rng, row, at):
    past = f"2025-02-{rng.randrange(1, 28):02}T0{rng.randrange(9)}:00:00.000Z"
    return {
        "repo_key": row["repo_key"], "reason": row["reason"],
        "code": row["reason"], "recommendation": "none", "branch": row["branch"],
        "head": row["branch_oid"], "tip": row["tip"],
        "tip_seen_at": rng.choice([past, at]) if row["tip"] else None,
        "text": f"{row['repo_key']}: is {row['reason']}", "endpoint_role": None,
        "primary_tip": None,
        "last_applied": None,
        "last_failure_at": at if rng.random() < 0.05 else None,
        "failure_streak_count": 1,
        "bad_commits": [{"oid": row["tip"], "at": past, "token": 3,
                         "code": "check-failed"}]
        if row["tip"] and rng.random() < 0.05 else [],
        "holds": [{"why": "vacation", "author": "ann", "set_at": past,
                   "expires_at": None}] if rng.random() < 0.05 else [],
    }


def memory(rows):
    zero = "0" * 64
    return {
        "ledger": {"seq": 9, "bytes": 4096, "hash": zero, "verified": True},
        "state": {"schema": "hermes.auto_safe_upgrade_state/1", "seq": 9,
                  "hash": zero, "last_token": 3, "pressure": "none",
                  "offline": False, "holds": [], "repos": rows} if rows else None,
        "intelligence": None, "rollback": None, "remote_health": None,
        "leases": None,
    }


def add_cycle(rng, fleet):
    if len(fleet) > 4 and rng.random() < 0.3:
        one, two = rng.sample(fleet, 2)
        for this, that in ((one, two), (two, one)):
            if that["repo_key"] not in this["depends_on"]:
                this["depends_on"].append(that["repo_key"])


def reason_of(rng):
    pick = rng.random()
    if pick < 0.35:
        return "behind"
    if pick < 0.6:
        return "current"
    return rng.choice(LOCAL + MISSING + REMOTE + AFTER_LOOK)


def assemble(seed, made_policy, fleet, probe, state, pressure):
    at = "2025-03-01T04:00:00.000Z"
    fleet.sort(key=lambda row: row["repo_key"])
    probe.sort(key=lambda row: row["repo_key"])
    state.sort(key=lambda row: row["repo_key"])
    return {
        "schema": "hermes.cycle/1",
        "cycle": {"id": f"20250301T040000Z-{seed % 2 ** 32:08x}", "host": "here",
                  "now": {"real_at": at, "boot_ms": 1000, "boot_id": BOOT}},
        "policy": made_policy,
        "fleet": {"schema": "hermes.fleet/1", "repos": fleet},
        "memory": memory(state),
        "probe": {"repos": probe, "hosts": [], "resources": {
            "class": pressure, "reason": "made up",
            "samples": {name: None for name in SAMPLES}},
            "offline": False},
        "events": [],
    }


def document(seed, count):
    rng = random.Random(seed)
    keys = rng.sample([f"r{n:03}" if n % 5 else f"team/r{n:03}"
                       for n in range(count * 2)], count)
    fleet, probe, state = [], [], []
    for number, key in enumerate(keys):
        reason = reason_of(rng)
        head = oid(seed, key, "head")
        tip = head if reason == "current" else oid(seed, key, "tip")
        fleet.append(fleet_repo(rng, key, keys[:number], True))
        row = probe_repo(rng, key, number, reason, head, tip)
        probe.append(trouble_of(rng, row, reason))
        if rng.random() < 0.7:
            state.append(remembered(rng, row, "2025-03-01T03:50:00.000Z"))
    add_cycle(rng, fleet)
    return assemble(seed, policy(rng), fleet, probe, state,
                    rng.choice(["none", "none", "low", "high"]))


def local(row, probe_row):
    key = row["repo_key"]
    row["path"] = probe_row["path"] = "/src/" + key
    probe_row["common_dir"] = probe_row["git_dir"] = f"/src/{key}/.git"
    del probe_row["endpoints"][1:]
    for member in probe_row["endpoints"] + [probe_row["endpoint"]]:
        member.update(url="/up/" + key, host=None)


def big(seed, count, edges, due):
    """A quiet fleet: `due` are behind, `edges` dependencies, all of it known.
    Upstreams are paths, as a document may have no more than 256 MiB: 100,000
    that are all due have 281 behind the plan; one in a hundred due, some
    255 behind the gate."""
    rng = random.Random(seed)
    keys = [f"r{n:06}" for n in range(count)]
    behind = set(rng.sample(range(count), due))
    fleet, probe, state = [], [], []
    for number, key in enumerate(keys):
        head = oid(seed, number)
        tip = oid(seed, number, "tip") if number in behind else head
        row = fleet_repo(rng, key, [], False)
        probe_row = probe_repo(rng, key, number,
                               "behind" if number in behind else "current",
                               head, tip)
        trouble_of(rng, probe_row, probe_row["reason"])
        local(row, probe_row)
        fleet.append(row)
        probe.append(probe_row)
        state.append(remembered(random.Random(1), probe_row,
                                "2025-02-01T00:00:00.000Z"))
    for _ in range(edges):
        # near ones, as in a fleet of layers: depth grows with the fleet's
        # logarithm and not with its size
        to = rng.randrange(1, count)
        need = keys[rng.randrange(max(0, to // 2 - 50), to // 2 + 1)]
        if need != keys[to] and need not in fleet[to]["depends_on"]:
            fleet[to]["depends_on"].append(need)
    return assemble(seed, policy(random.Random(2)), fleet, probe, state, "none")


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    json.dump((big if len(numbers) == 4 else document)(*numbers), sys.stdout,
              separators=(",", ":"))
    print()
