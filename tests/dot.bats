# hermes-show -f dot: what graphviz makes of the topology.

setup() {
	load helper
	here
	hermes-lease <"$top/tests/lease/plan.json" | hermes-topo >doc.json
}

graphviz() {
	command -v dot >/dev/null || skip 'graphviz is not installed'
}

drawn() { # graph.dot, as graphviz understood it
	dot -Tjson0 graph.dot >drawn.json
}

@test "dot: a node for each node, an edge for each edge, nothing else" {
	graphviz
	hermes-show -f dot <doc.json >graph.dot
	drawn
	assert_equal "$(jq -c '[.objects[] | [.name, .label]] | sort' drawn.json)" \
	    "$(jq -c '[.topo.nodes[] | [.id, .label]] | sort' doc.json)"
	assert_equal "$(jq -c '[.objects as $o | .edges[] | [$o[.tail].name,
	    $o[.head].name, .label]] | sort' drawn.json)" \
	    "$(jq -c '[.topo.edges[] | [.from, .to, .type]] | sort' doc.json)"
}

@test "dot: the page's pipe draws it" {
	graphviz
	hermes-topo <doc.json | hermes-show -f dot | dot -Tsvg >topology.svg
	/usr/bin/python3 -c 'import xml.dom.minidom as m, sys
nodes = [g for g in m.parse("topology.svg").getElementsByTagName("g")
         if g.getAttribute("class") == "node"]
print(len(nodes))' >nodes
	assert_equal "$(cat nodes)" "$(jq '.topo.nodes | length' doc.json)"
}

@test "dot: nothing in a document is read as DOT, escape or entity" {
	graphviz
	cat >odd.jq <<-'END'
		.topo = { nodes: [
		    { id: "repo:a\"]; evil [label=\"x", type: "repo",
		      label: "\"quoted\" \\N \\G \\l \\" },
		    { id: "repo:b\\", type: "ends", label: "&lt;b&gt; <i> ü \\" },
		    { id: "c\nd", type: "odd", label: "\u0007\ttab\nline\u007f" } ],
		  edges: [
		    { from: "repo:a\"]; evil [label=\"x", to: "repo:b\\",
		      type: "depends_on\"]\n/* " },
		    { from: "c\nd", to: "repo:b\\", type: "after" } ] }
	END
	jq -f odd.jq doc.json >odd.json
	hermes-show -f dot <odd.json >graph.dot
	drawn
	assert_equal "$(jq '.objects | length' drawn.json)" 3
	assert_equal "$(jq '.edges | length' drawn.json)" 2
	# what is drawn is what was meant
	dot -Tsvg graph.dot >graph.svg
	/usr/bin/python3 -c 'import xml.dom.minidom as m
for text in m.parse("graph.svg").getElementsByTagName("text"):
    print(text.firstChild.data.replace("\xa0", " "))' | sort >texts
	sort >expected <<-'END'
		"quoted" \N \G \l \
		&lt;b&gt; <i> ü \
		\u0007\u0009tab\u000aline\u007f
		after
		depends_on"]\u000a/* 
	END
	diff expected texts
}

@test "dot: the kept view is drawn too" {
	hermes-lease <"$top/tests/lease/plan.json" | hermes-topo -s S >doc.json
	hermes-show -f dot <S/runtime_topology_graph.json >graph.dot
	assert_equal "$(head -n 1 graph.dot)" 'digraph hermes {'
	assert_equal "$(grep -c ' -> ' graph.dot)" \
	    "$(jq '.edges | length' S/runtime_topology_graph.json)"
	assert_equal "$(grep -vc ' -> ' graph.dot)" \
	    "$(jq '.nodes | length + 3' S/runtime_topology_graph.json)"
}

@test "dot: same bytes in, same bytes out; unknown members and types are no harm" {
	hermes-show -f dot <doc.json >one
	jq '.extra = 1 | .topo.extra = {} | .topo.nodes[].extra = 2' \
	    doc.json >more.json
	hermes-show -f dot <more.json >two
	cmp one two
	jq '.topo.nodes[0].type = "new" | .topo.edges[0].type = "new"' \
	    doc.json >new.json
	hermes-show -f dot <new.json >new
	grep -q 'label="new"' new
}

@test "dot: a document without a topology is refused, and so is a broken one" {
	jq 'del(.topo)' doc.json >without.json
	run -65 --separate-stderr hermes-show -f dot <without.json
	assert_equal "$output" ''
	assert_equal "$stderr" 'hermes-show: stdin: topo: expected an object, found nothing: run hermes-topo first'
	for wrong in '.topo = []' 'del(.topo.edges)' '.topo.nodes[0].id = 7' \
	    'del(.topo.nodes[0].label)' '.topo.edges[0].to = null'; do
		jq "$wrong" doc.json >wrong.json
		run -65 --separate-stderr hermes-show -f dot <wrong.json
		assert_equal "$output" ''
		[[ $stderr == 'hermes-show: stdin: topo'* ]]
	done
	broken hermes-show -f dot
	full hermes-show -f dot <doc.json
	run -64 hermes-show -p -f dot
}
