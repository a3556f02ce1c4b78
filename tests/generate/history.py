"""history.py SEED COUNT PAIRS - commits for `git fast-import`-less plumbing

Run in a repository: makes COUNT commits with up to three parents each, some
of them roots, some dated out of order or not at all, and prints PAIRS pairs of
them, the counts that git rev-list has, and whether they share a commit.
"""

import random
import subprocess
import sys


def git(*args, text=""):
    return subprocess.run(("git",) + args, input=text, check=True,
                          capture_output=True, text=True).stdout


def date(i):
    wrong = random.random()
    if wrong < 0.2:
        return random.choice((1, 100 * i, 2000000 + 100 * i, 99999999999))
    return 1000000 + 100 * i


def commit(i, tree, known):
    near = known[-12:]
    count = min(random.choice((1, 1, 1, 1, 2, 3)), len(near))
    if random.random() < 0.03:
        count = 0
    who = "a <a@b> %d +0000" if random.random() < 0.8 else "nobody %d +0000"
    text = "tree %s\n" % tree
    text += "".join("parent %s\n" % p for p in random.sample(near, count))
    text += "author a\ncommitter " + who % date(i) + "\n\n%d\n" % i
    return git("hash-object", "-t", "commit", "-w", "--literally", "--stdin",
               text=text).strip()


def main(seed, count, pairs):
    random.seed(seed)
    tree = git("hash-object", "-t", "tree", "-w", "--stdin").strip()
    known = []
    for i in range(count):
        known.append(commit(i, tree, known))
    for _ in range(pairs):
        a, b = random.sample(known, 2)
        of_a = set(git("rev-list", a).split())
        of_b = set(git("rev-list", b).split())
        print(a, b, len(of_a - of_b), len(of_b - of_a), int(bool(of_a & of_b)))


main(*map(int, sys.argv[1:]))
