#!/usr/bin/python3
"""lease-races.py COUNT [KIND...] - never two live applies on one repository,
and tokens that strictly rise (L1-L8), whatever becomes of who holds a lease

  points  kill -9 at every mutating system call of hermes-lease -s and -r
          (every COUNTth one only, where COUNT is below 10)
  stages  the holder killed -9 behind each filter of its cycle; then another
          agent's cycle, on the same STATE and with a STATE of its own
  one     COUNT rounds: two agents at once on one STATE
  two     COUNT rounds: two agents at once, each with a STATE of its own
  killed  COUNT rounds of either, in which one agent is killed -9 at any
          moment: it alone, or with all that it runs

An agent is a process that runs the filters of a cycle one by one as one does
by hand, without hermes-cycle's lock, so that two come between one another at
every step. In every round upstream has one commit more. An apply is seen alive
by its check. One line for each fault, one of figures for each kind; exits 1
where there was a fault. Needs strace.
"""
import collections
import fcntl
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

MUTATING = """write pwrite64 copy_file_range ftruncate rename renameat renameat2
    link linkat symlink symlinkat unlink unlinkat mkdir mkdirat rmdir chmod
    fchmod fchmodat fsync fdatasync flock openat""".split()
HERE = os.path.dirname(os.path.abspath(__file__))
LEASES = "coordination_leases.json"
faults = 0
figures = collections.Counter()


def fault(what):
    global faults
    faults += 1
    print(what, flush=True)


def expect(holds, what):
    if not holds:
        fault(what)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def run(argv, source, to):
    """Its exit status; `source` and `to` are files, what it says is dropped
    into to.said."""
    with open(source, "rb") as given, open(to, "wb") as made, \
            open(to + ".said", "wb") as said:
        return subprocess.run(argv, stdin=given, stdout=made, stderr=said,
                              check=False).returncode


# -- hermes-lease alone, struck at every point


def boot_id():
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


def plan_document(path):
    """tests/lease/plan.json, three queued, of this boot and moment."""
    document = load(HERE + "/lease/plan.json")
    document["cycle"]["now"].update(boot_id=boot_id(), boot_ms=int(
        time.clock_gettime(time.CLOCK_BOOTTIME) * 1000))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file)


def holder():
    return subprocess.Popen(["sleep", "600"])


def end(process):
    process.kill()
    process.wait()


def dead_lease(state):
    """A STATE with a lease of a process that is gone."""
    gone = holder()
    end(gone)
    os.mkdir(state, 0o700)
    with open(f"{state}/{LEASES}", "w", encoding="utf-8") as file:
        json.dump({
            "schema": "hermes.coordination_leases/1", "last_token": 7,
            "leases": [{
                "repo_key": "lib", "common_dir": "/srv/lib/.git", "token": 7,
                "holder": {"host": socket.gethostname(), "pid": gone.pid,
                           "start_ticks": 1, "boot_id": boot_id()},
                "cycle": "20250301T030000Z-00000000",
                "acquired_at": "2025-03-01T03:00:00.000Z",
                "expires_at": "2999-01-01T00:00:00.000Z",
                "expires_boot_ms": 2 ** 52, "boot_id": boot_id()}]}, file)


def prepared(release):
    """A fresh S and the process for which hermes-lease will be struck; with
    `release` it holds three leases, and in.json is what it was granted."""
    shutil.rmtree("S", ignore_errors=True)
    dead_lease("S")
    mine = holder()
    shutil.copy("plan.json", "in.json")
    if release:
        run(["hermes-lease", "-s", "S", "-o", str(mine.pid)], "plan.json",
            "in.json")
    argv = ["hermes-lease", "-s", "S", "-o", str(mine.pid)]
    return mine, argv + ["-r"] * release


def points(argv):
    """(call, n) for every mutating call, counted as strace does."""
    run(["strace", "-o", "trace", "-e", "trace=" + ",".join(MUTATING)] + argv,
        "in.json", "out.json")
    seen, made = collections.Counter(), []
    with open("trace", encoding="utf-8", errors="replace") as trace:
        for line in trace:
            call = line.split("(")[0]
            if call not in MUTATING:
                continue
            seen[call] += 1
            if call != "openat" or "O_CREAT" in line:
                made.append((call, seen[call]))
    return made


def granted(path):
    """The tokens that the document was granted; none of a torn one."""
    try:
        return [row["token"] for row in load(path)["lease"]["reservations"]
                if row["granted"]]
    except (ValueError, KeyError, FileNotFoundError):
        return []


def leases():
    """(last token, {repo_key: (pid, token)})"""
    file = load("S/" + LEASES)
    return file["last_token"], {row["repo_key"]: (row["holder"]["pid"],
                                                  row["token"])
                                for row in file["leases"]}


def lease_as(process, to):
    return run(["hermes-lease", "-s", "S", "-o", str(process.pid)],
               "plan.json", to)


def struck(call, number, release):
    mine, argv = prepared(release)
    at = f"hermes-lease {'-r ' * release}killed at {call} {number}"
    last, old = leases()
    run(["strace", "-o", "/dev/null", "-e", f"trace={call}", "-e",
         f"inject={call}:signal=KILL:when={number}"] + argv, "in.json",
        "first.json")
    reached, new = leases()
    whole = {} if release else dict.fromkeys(("app", "lib", "solo"), mine.pid)
    expect(new == old or {key: pid for key, (pid, _) in new.items()} == whole,
           f"{at}: neither the old leases nor the new: {new}")
    expect(reached >= last, f"{at}: the last token fell")
    known = max([reached] + granted("first.json"))

    # another agent, while the first still lives
    second = holder()
    expect(lease_as(second, "second.json") == 0, f"{at}: the next: refused")
    lives = any(pid == mine.pid for pid, _ in new.values())
    expect(len(granted("second.json")) == (0 if lives else 3),
           f"{at}: granted beside a live lease, or denied without one")
    expect(all(token > known for token in granted("second.json")),
           f"{at}: a token not above {known}")
    known = max([known] + granted("second.json"))

    # and one when both are gone
    end(mine)
    end(second)
    third = holder()
    lease_as(third, "third.json")
    expect(len(granted("third.json")) == 3, f"{at}: not taken over")
    expect(all(token > known for token in granted("third.json")),
           f"{at}: a token not above {known}")
    end(third)


def kind_points(count):
    step = count if count < 10 else 1
    plan_document("plan.json")
    for release in (False, True):
        mine, argv = prepared(release)
        listed = points(argv)
        end(mine)
        for call, number in listed[::step]:
            struck(call, number, release)
            figures["points"] += 1
    expect(figures["points"] > 1, "points: none found")


# -- whole cycles on a real repository

STAGES = [
    ["exec", "-R"], ["ledger"], ["project"], ["probe"], ["plan"], ["lease"],
    ["topo"], ["gate"], ["ledger"], ["exec"], ["ledger"], ["lease", "-r"],
    ["ledger"], ["project"],
]


def git(*argv):
    return subprocess.run(["git", *argv], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


def house(count):
    """up: a bare repository with a chain of commits; co: a checkout at the
    first; fleet.json with a check that sees whether two applies live."""
    git("init", "-q", "--bare", "-b", "main", "up")
    stream = []
    for number in range(count + 1):
        text = f"{number}\n"
        stream.append(
            f"commit refs/heads/all\ncommitter C <c@x> {number + 1} +0000\n"
            f"data 1\nx\nM 644 inline f\ndata {len(text)}\n{text}"
            f"M 644 inline f{number % 7}\ndata {len(text)}\n{text}")
    subprocess.run(["git", "-C", "up", "fast-import", "--quiet"], check=True,
                   input="".join(stream).encode())
    chain = git("-C", "up", "rev-list", "--reverse", "all").split()
    upstream(chain[0])
    git("clone", "-q", os.path.abspath("up"), "co")
    git("-C", "co", "config", "gc.auto", "0")
    with open("live", "w", encoding="ascii"):
        pass
    here = os.getcwd()
    check = (f"flock -n {here}/live sleep 0.0$(($$ % 3)) || "
             f"echo $$ >>{here}/overlap")
    with open("fleet.json", "w", encoding="utf-8") as file:
        json.dump({"schema": "hermes.fleet/1", "repos": [{
            "repo_key": "co", "path": here + "/co", "checks": [{
                "argv": ["sh", "-c", check], "at": "health",
                "need": "required", "timeout_s": 20}]}]}, file)
    with open("policy.json", "w", encoding="utf-8") as file:
        json.dump({"schema": "hermes.policy/1"}, file)
    return chain


def upstream(oid):
    git("-C", "up", "update-ref", "refs/heads/main", oid)


def note(name, text):
    with open(name, "a", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(text + "\n")


def agent(name, state, last=None):
    """One cycle; the holder is this process. Ends behind stage `last`."""
    os.makedirs(name, exist_ok=True)
    source = "/dev/null"
    for number, (stage, *options) in enumerate(STAGES):
        argv = ["hermes-" + stage] + options + ["-s", state]
        to = f"{name}/{number}"
        if stage == "probe":
            source, argv = "fleet.json", argv + ["-p", "policy.json"]
        for _ in range(200):
            status = run(argv, source, to)
            if status != 75:
                break
            time.sleep(random.random() / 100)
        if status:
            with open(to + ".said", encoding="utf-8") as said:
                note("turned", f"{stage} {status} {said.read().strip()}")
            return
        if stage == "lease" and not options:
            for token in granted(to):
                note("tokens." + state, str(token))
        if number == last:
            os.kill(os.getpid(), signal.SIGKILL)
        source = to


def start(*arguments):
    """An agent of its own process group."""
    pid = os.fork()
    if pid:
        return pid
    os.setpgid(0, 0)
    random.seed()
    try:
        agent(*arguments)
    except Exception as why:  # a fork must not go on as its parent
        note("turned", f"agent: {why!r}")
    os._exit(0)


def landed(oid):
    return git("-C", "co", "rev-parse", "main") == oid


def close(kind, oid, states):
    """A round's end: who is alone gets through, and all is in order."""
    if not landed(oid):
        figures[kind + ": by the next agent"] += 1
        for state in states:
            os.waitpid(start("last", state), 0)
            if landed(oid):
                break
    expect(landed(oid), f"{kind}: {oid} has not landed")
    expect(not git("-C", "co", "status", "--porcelain"), f"{kind}: not clean")
    for state in states:
        path = f"{state}/{LEASES}"
        if os.path.exists(path):
            now = load(path)["last_token"]
            expect(now >= known_tokens.get(state, 0), f"{kind}: tokens fell")
            known_tokens[state] = now


known_tokens = {}


def rising(what, tokens):
    expect(all(one < two for one, two in zip(tokens, tokens[1:])),
           f"{what}: not strictly rising")


def judge(kind, chain, states):
    """What must hold over all rounds."""
    if os.path.exists("overlap"):
        fault(f"{kind}: two applies were alive at once")
        os.unlink("overlap")
    # each commit came by one apply, in order
    moves = git("-C", "co", "reflog", "show", "--format=%H", "main")
    expect(moves.split() == chain[::-1], f"{kind}: the reflog of main")
    applied = []
    for state in states:
        tokens = []
        path = state + "/runtime_events.jsonl"
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as file:
            for event in map(json.loads, file):
                data = event["data"]
                if event["type"] == "hermes.lease.granted":
                    tokens.append(data["token"])
                elif event["type"] == "hermes.lease.taken-over":
                    expect(data["token"] > data["previous_token"],
                           f"{kind}: taken over by an older token")
                elif event["type"] == "hermes.apply.committed":
                    applied.append(data["after"])
        rising(f"{kind}: {state}: granted by the ledger", tokens)
        expect(subprocess.run(["hermes-ledger", "-V", "-s", state],
                              stdout=subprocess.DEVNULL,
                              check=False).returncode == 0,
               f"{kind}: {state}: the ledger does not verify")
        handed = []
        if os.path.exists("tokens." + state):
            with open("tokens." + state, encoding="ascii") as file:
                handed = [int(line) for line in file]
        expect(len(set(handed)) == len(handed),
               f"{kind}: {state}: one token granted twice")
        figures[kind + ": tokens"] += len(handed)
    expect(len(set(applied)) == len(applied),
           f"{kind}: a commit applied twice")
    if os.path.exists("turned"):
        for status in (64, 70, 74, 78, -6, -11):
            with open("turned", encoding="utf-8") as file:
                for line in file:
                    expect(f" {status} " not in line, f"{kind}: {line}")


def kind_stages(_count):
    chain = house(2 * len(STAGES))
    for number in range(2 * len(STAGES)):
        upstream(chain[number + 1])
        first, second = "S1", "S1" if number % 2 else "S2"
        os.waitpid(start("a", first, number // 2), 0)
        os.waitpid(start("b", second), 0)
        close("stages", chain[number + 1], ["S1", "S2"])
        figures["stages"] += 1
    # the reflog of those that landed in between tells the same story
    judge("stages", chain, ["S1", "S2"])


def rounds(kind, count, states_of, kill):
    chain = house(count)
    for number in range(count):
        upstream(chain[number + 1])
        one, two = states_of(number)
        agents = [start("a", one), start("b", two)]
        if kill:
            time.sleep(random.random() * 0.5)
            victim = agents[0]
            try:
                (os.kill if number % 4 < 2 else os.killpg)(victim,
                                                           signal.SIGKILL)
            except ProcessLookupError:
                pass
        for pid in agents:
            os.waitpid(pid, 0)
        close(kind, chain[number + 1], sorted({one, two}))
        figures[kind] += 1
    judge(kind, chain, ["S1", "S2"])


def kind_one(count):
    rounds("one", count, lambda _: ("S1", "S1"), False)


def kind_two(count):
    rounds("two", count, lambda _: ("S1", "S2"), False)


def kind_killed(count):
    rounds("killed", count,
           lambda n: ("S1", "S1") if n % 2 else ("S1", "S2"), True)


KINDS = {"points": kind_points, "stages": kind_stages, "one": kind_one,
         "two": kind_two, "killed": kind_killed}


def main():
    count = int(sys.argv[1])
    left = subprocess.run(["sh", "-c", ". " + HERE + "/world.sh; env -0"],
                          stdout=subprocess.PIPE, check=True).stdout.decode()
    os.environ.clear()
    os.environ.update(line.split("=", 1) for line in left.split("\0") if line)
    os.environ.update(GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null",
                      TZ="UTC", LC_ALL="C", ASAN_OPTIONS="detect_leaks=0")
    for kind in sys.argv[2:] or KINDS:
        before = faults
        known_tokens.clear()
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            KINDS[kind](count)
            turned = 0
            if os.path.exists("turned"):
                with open("turned", encoding="utf-8") as file:
                    turned = len(file.readlines())
            os.chdir("/")
        more = "".join(f", {number}{name[len(kind):]}"
                       for name, number in sorted(figures.items())
                       if name.startswith(kind + ": "))
        print(f"{kind}: {figures[kind]} rounds{more}, {turned} turned away, "
              f"{faults - before} faults", flush=True)
    sys.exit(faults > 0)


main()
