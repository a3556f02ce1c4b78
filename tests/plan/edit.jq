# Small edits of one.json, so that a test shows only what it is about.

# the fleet becomes copies of its one repository, by these names
def fleet(keys):
  (.fleet.repos[0]) as $f | (.probe.repos[0]) as $p
  | .fleet.repos = [keys[] as $k | $f | .repo_key = $k | .path = "/srv/" + $k]
  | .probe.repos = [keys[] as $k | $p | .repo_key = $k | .path = "/srv/" + $k];

def fleet_of(key; f): .fleet.repos |= map(if .repo_key == key then f else . end);
def probe_of(key; f): .probe.repos |= map(if .repo_key == key then f else . end);

def needs(key; others): fleet_of(key; .depends_on = others);
def current:
  .reason = "current" | .behind_count = 0 | .tip = .branch_oid | .change = null;
def found(code): .reason = code | .behind_count = null | .ahead_count = null
  | .change = null | .tip = null | .tip_known = false;

# what the state view remembers of a repository that was behind and upgraded
def remember(key; f):
  .memory.state //= {schema: "hermes.auto_safe_upgrade_state/1", seq: 9,
    hash: "00", last_token: 3, pressure: "none", offline: false, repos: []}
  | .memory.state.repos += [{
      repo_key: key, reason: "behind", code: "behind",
      recommendation: "upgrade", branch: "main",
      head: "1111111111111111111111111111111111111111",
      tip: "2222222222222222222222222222222222222222",
      tip_seen_at: "2025-02-28T04:00:00.000Z",
      text: (key + ": is behind by 3 commits"), endpoint_role: "primary",
      last_applied: null, last_failure_at: null, failure_streak_count: 0,
      bad_commits: [], holds: []} | f];
