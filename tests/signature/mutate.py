"""mutate.py SEED <COMMIT: a signed commit whose headers were tampered with."""
import random
import sys

rng = random.Random(int(sys.argv[1]))
head, body = sys.stdin.buffer.read().split(b"\n\n", 1)
lines = head.split(b"\n")
first = next(i for i, line in enumerate(lines) if line.startswith(b"gpgsig "))
last = next(i for i, line in enumerate(lines) if line.startswith(b" -----END"))
signature = lines[first : last + 1]
strange = [
    [b"gpgsigfoo bar"], [b"gpgsig-sha256 x", b" y"], [b"gpgsig"], [b"gpgsig "],
    [b" more"], [b"encoding UTF-8"], [b"foo bar", b" gpgsig z"], signature,
    [b"gpgsig-sha256 -----BEGIN SSH SIGNATURE-----", b" AAAA"],
]
for _ in range(rng.choice([1, 1, 2])):
    at = rng.randrange(3, len(lines) + 1)
    what = rng.choice(["insert", "insert", "drop", "double", "move"])
    if what == "insert":
        lines[at:at] = rng.choice(strange)
    elif what == "drop" and at < len(lines):
        del lines[at]
    elif what == "double" and at < len(lines):
        lines[at:at] = [lines[at]]
    elif what == "move":
        rest = [line for line in lines if line not in signature]
        to = rng.randrange(3, len(rest) + 1)
        lines = rest[:to] + signature + rest[to:]
if rng.random() < 0.15:
    body = body.replace(b"m", b"n", 1)
sys.stdout.buffer.write(b"\n".join(lines) + b"\n\n" + body)
