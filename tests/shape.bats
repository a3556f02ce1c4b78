# What a reader expects of an object, and the one line where it is not so.

setup() {
	load helper
	here
	unit=${BUILD:-$top/build}/unit
}

says() { # JSON LINE [closed]
	run "$unit/shape" ${3-} <<<"$1"
	assert_output "$2"
}

@test "shape: what holds, holds; unknown members of documents are welcome" {
	says '{"key":"k"}' holds
	says '{"key":"k","maybe":null,"any":-5,"on":false,"x":[]}' holds
	says '{"key":"k","leaf":{"n":9,"s":"abc"},"leaves":[{"n":1,"z":0}]}' holds
	says '{"colours":["red","green"],"key":""}' holds
	says '{"key":"k","note":"mine","leaf":{"n":1,"note":"too"}}' holds closed
}

@test "shape: the line names the path, what was expected and what was found" {
	says '[]' 'file: expected an object, found an array'
	says '{}' 'file.key: missing'
	says '{"key":null}' 'file.key: expected a string, found null'
	says '{"key":"k","maybe":3}' \
	    'file.maybe: expected a string, found a number'
	says '{"key":"k","on":1}' \
	    'file.on: expected true or false, found a number'
	says '{"key":"k","leaf":{"n":10}}' \
	    'file.leaf.n: expected 1 to 9, found 10'
	says '{"key":"k","leaf":{"n":1,"s":"long"}}' \
	    'file.leaf.s: expected a short word, found "long"'
	says '{"key":"k","leaves":[{"n":1},{"s":"a"}]}' \
	    'file.leaves[1].n: missing'
	says '{"key":"k","leaves":[{"n":1},7]}' \
	    'file.leaves[1]: expected an object, found a number'
	says '{"key":"k","colours":["red","blue"]}' \
	    'file.colours[1]: expected one of red, green, found "blue"'
}

@test "shape: in what a person writes an unknown member is an error" {
	says '{"key":"k","kee":1}' 'file.kee: unknown member' closed
	says '{"key":"k","leaf":{"n":1,"m":2}}' 'file.leaf.m: unknown member'
}

@test "shape: members in any order are found" {
	says '{"on":true,"any":1,"key":"k","leaf":{"s":"a","n":2}}' holds
}
