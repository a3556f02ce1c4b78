#!/usr/bin/python3
"""lives.py SEED CYCLES REPOS - cycle documents with events, one a line.

What a fleet might live through, made up: every type of event, in an order
that a seed decides. Repositories come, fail, are held and are retired.
"""
import hashlib
import json
import random
import sys


def oid(*parts):
    return hashlib.sha1(repr(parts).encode()).hexdigest()


class World:
    def __init__(self, seed, repos):
        self.rng = random.Random(seed)
        self.keys = [f"r{n:05d}" if n % 7 else f"team/r{n}" for n in range(repos)]
        self.token = 0
        self.at = 1740787200000  # 2025-03-01

    def instant(self):
        seconds, ms = divmod(self.at, 1000)
        import time
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{ms:03d}Z"

    def document(self, number):
        self.at += self.rng.randrange(1, 40_000_000)
        stamp = self.instant()
        compact = stamp[:19].replace("-", "").replace(":", "") + "Z"
        self.id = f"{compact}-{number:08x}"
        self.events = []
        return {
            "schema": "hermes.cycle/1",
            "cycle": {"id": self.id, "host": "h", "now": {
                "real_at": stamp, "boot_ms": number, "boot_id": "b"}},
            "events": self.events,
        }

    def say(self, kind, subject=None, more="", **data):
        event = {"id": f"{self.id}:{kind}:{subject}:{more}",
                 "source": "hermes-test", "type": "hermes." + kind}
        if subject is not None:
            event["subject"] = subject
        event["data"] = data
        self.events.append(event)

    def operator(self):
        key = self.rng.choice(self.keys)
        if self.rng.randrange(4) == 0:
            self.say(self.rng.choice(["hold.set", "hold.set", "hold.cleared"]),
                     self.rng.choice(["group:core", "group:a/b", "host:h.example.org"]),
                     why="because", author="bob",
                     expires_at=self.rng.choice([None, "2026-01-01T00:00:00.000Z"]))
            return
        kind = self.rng.choice(["hold.set", "hold.set", "hold.cleared",
                                "commit.cleared", "repo.retired", "lease.broken"])
        more = {"expires_at": self.rng.choice([None, "2026-01-01T00:00:00.000Z"])} \
            if kind == "hold.set" else {}
        self.say(kind, key, why="because \u2192 \"so\"", author="ann", **more)

    def apply(self, key):
        rng = self.rng
        self.token += 1
        before, after = oid(key, rng.random()), oid(key, self.token)
        common = {"token": self.token, "branch": "main",
                  "before": before, "after": after}
        self.say("apply.started", key, self.token, strategy=rng.choice(
            ["fast-forward", "fast-forward", "rollback"]), **common)
        kind = rng.choice(["apply.committed", "apply.rolled-back", "apply.refused",
                           "rollback.blocked", "apply.recovered", "none"])
        if kind == "apply.rolled-back":
            self.say("check.failed", key, self.token, token=self.token,
                     argv=["./healthy", "a b"], at="health", need="required",
                     exit_code=3, signal=None, timed_out=False)
            self.say(kind, key, self.token, code="check-failed", **common)
        elif kind == "apply.refused":
            self.say(kind, key, self.token, token=self.token, detail=None,
                     code=rng.choice(["stale-plan", "no-space", "check-failed"]))
        elif kind == "apply.recovered":
            self.say(kind, key, self.token, paths=[],
                     outcome=rng.choice(["before", "after", "mixed"]), **common)
        elif kind != "none":
            self.say(kind, key, self.token, paths=[], **common)

    def trouble(self):
        rng = self.rng
        kind = rng.choice(["remote.degraded", "remote.recovered", "host.offline",
                           "pressure.changed", "gate.refused", "lease.granted"])
        if kind.startswith("remote."):
            host = rng.choice(["a.example.org", "b.example.org"])
            self.say(kind, f"https://{host}/x.git", host=host, **{"class": "timeout"})
        elif kind == "host.offline":
            self.say(kind, host_count=rng.randrange(2))
        elif kind == "pressure.changed":
            self.say(kind, **{"from": "none", "to": rng.choice(["none", "high"]),
                              "reason": "load"})
        elif kind == "gate.refused":
            self.say(kind, rng.choice([None] + self.keys), checks=["space"], text="no space")
        else:
            self.say(kind, rng.choice(self.keys), token=self.token, cycle=self.id)

    def cycle(self):
        rng = self.rng
        self.say("cycle.started", repo_count=len(self.keys), policy_digest="sha256:" + "0" * 64)
        for key in rng.sample(self.keys, min(len(self.keys), rng.randrange(5))):
            tip = oid(key, rng.randrange(50))
            self.say("upstream.moved", key, branch="main", tip=tip, previous=None,
                     role="primary", url="https://a.example.org/x.git")
            self.say("repo.changed", key, reason="behind", code="behind", branch="main",
                     recommendation="upgrade", head=oid(key), text=f"{key}: behind",
                     tip=rng.choice([tip, None]))
        for _ in range(rng.randrange(3)):
            self.trouble()
        self.say("plan.decided", decision_hash="sha256:" + "1" * 64,
                 policy_digest="sha256:" + "0" * 64, counts={"upgrade": 1})
        for key in rng.sample(self.keys, min(len(self.keys), rng.randrange(3))):
            self.apply(key)
        if rng.random() < 0.1:
            self.say("cycle.failed", stage="plan", exit_code=70, why="odd")
        elif rng.random() < 0.9:
            self.say("cycle.finished", applied_count=1, refused_count=0,
                     rolled_back_count=0, failed_count=0, blocked_count=0)


def main():
    seed, cycles, repos = map(int, sys.argv[1:4])
    world = World(seed, repos)
    for number in range(cycles):
        document = world.document(number)
        if world.rng.random() < 0.3:
            world.operator()
        else:
            world.cycle()
        print(json.dumps(document, ensure_ascii=False))


main()
