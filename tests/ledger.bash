# Loaded beside helper: ledgers made by hand, without git. Every document is a
# cycle of its own, or of the id that is given.

# event TYPE [SUBJECT] [DATA] - one more for the next document
event() {
	jq -nc --arg type "$1" --arg subject "${2-}" --argjson data "${3-{\}}" \
	    '{type: $type, subject: $subject, data: $data}' >>events
}

# document AT [ID] - on stdout: a cycle document with the events so far
document() {
	touch events
	jq -sc --arg at "$1" --arg id "${2-$(date -u -d "$1" +%Y%m%dT%H%M%SZ)-00000000}" '
	    {schema: "hermes.cycle/1", cycle: {id: $id, host: "h",
	    now: {real_at: $at, boot_ms: 1, boot_id: "b"}},
	    events: [to_entries[] | .key as $n | .value |
		{id: "\($id):\(.type):\($n)", source: "hermes-test",
		type: "hermes.\(.type)"} +
		(if .subject == "" then {} else {subject} end) +
		{data}]}' events
	rm events
}

# happens AT [ID] - the events so far go into st and its views; out.json
happens() {
	document "$@" >document.json
	hermes-ledger -s st <document.json >ledger.json
	hermes-project -s st <ledger.json >out.json
}

# outcome TYPE REPO TOKEN BEFORE AFTER [MORE] - an apply, from its start
outcome() {
	local data
	data=$(jq -nc --argjson token "$3" --arg before "$(oid "$4")" \
	    --arg after "$(oid "$5")" '{$token, branch: "main", $before, $after}')
	event apply.started "$2" "$(jq -nc "$data + {strategy: \"fast-forward\"}")"
	event "$1" "$2" "$(jq -nc "$data + ${6-{\}}")"
}

# oid DIGIT - forty of them
oid() {
	printf "%0.s$1" {1..40}
}

# repo KEY [FILTER] - of auto_safe_upgrade_state.json
repo() {
	jq -c --arg key "$1" ".repos[] | select(.repo_key == \$key) | ${2-.}" \
	    st/auto_safe_upgrade_state.json
}
