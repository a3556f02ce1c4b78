# Hermes: the whole build graph. Built things live in $(BUILD) only.
#
#   make            the filters, into $(BUILD)/bin
#   make demo       a real fleet, two real ticks, a table
#   make check      every test; TESTS=tests/exec.bats of that file alone,
#                   FILTER=canary those with this in their names (a regex)
#   make lint       every rule that needs no run
#   make asan       make check with the sanitizers, in $(BUILD)/asan
#   make check-kill, check-errno, check-power, check-races   kill -9, failing
#                   calls and power cuts at every step; applies beside other
#                   programs, agents that race: minutes each
#   make check-harness   hermes-exec without a sync, a lock or a check that it
#                   stands on: is it missed by one of those?
#   make check-parity  PAIRS made-up checkouts (3000, of SEED), each upgraded
#                   beside a twin that git pull upgrades, and all compared
#   make check-parity-harness  does that see what it is there to see?
#   make check-fresh   the two commands of the README on a Debian 12 with make
#                   alone, by root and by a user; needs root and debootstrap
#   make check-sweep   1,000 made-up fleets decided the same however they are
#                   written down; a sealed document altered at every place
#   make check-model   the lease protocol in every order of steps, by spin
#   make bench      Hermes beside git, mr and vcs, row by row; then what it
#                   costs to decide on 10,000 and 100,000 repositories
#   make deps       install what is missing to build and to run
#   make install    into $(DESTDIR)$(PREFIX); make uninstall: out of it
#   make clean      $(BUILD) goes
#
# demo, check, check-model, lint, asan and bench install what they miss
# (Debian), so a machine with make alone will do; where nothing is missing
# nothing is asked of the network. A new filter is a folder in pipeline/, a
# .bats and a page: no list here is edited.

PREFIX ?= /usr/local
BUILD  ?= build
# One spelling, here or from a test's environment: .d files are by name.
override BUILD := $(patsubst $(CURDIR)/%,%,$(BUILD))
CFLAGS ?= -O2 -g
JOBS   ?= $(shell nproc)
BATS   ?= --jobs $(JOBS) --no-parallelize-within-files
PKGS    = libgit2 libcurl libcjson nettle
ROOMS   = base json model store proc plumbing git stage# bottom first
STAGES  = $(patsubst pipeline/%/main.c,%,$(wildcard pipeline/*/main.c))

# Asked when the first recipe wants it and not when this file is read: on a
# fresh machine pkg-config is not there before $(needs) has run.
cflags  = $(eval cflags := $$(shell pkg-config --cflags $$(PKGS)))$(cflags)
libs    = $(eval libs := $$(shell pkg-config --libs $$(PKGS)))$(libs)

cpp     = -D_GNU_SOURCE -Ilib $(cflags)
warn    = -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wmissing-prototypes
compile = $(CC) $(cpp) $(warn) $(CPPFLAGS) $(CFLAGS)
link    = $(CC) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ \
          $(filter %.o,$^) $(filter %.a,$^) $(libs)
objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)/*.c))
lib_obj = $(foreach r,$(ROOMS),$(call objects,lib/$(r)))
filters = $(STAGES:%=$(BUILD)/bin/hermes-%)
units   = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))
say     = @$(if $(findstring s,$(firstword -$(MAKEFLAGS))),:,echo)
# Before each program of the tests: where the filters are, a HOME of its own,
# and of all else in the environment what tests/world.sh leaves.
tools   = HOME=$(abspath $(BUILD))/home BUILD=$(abspath $(BUILD)) \
	  PATH="$(abspath $(BUILD))/bin:$(CURDIR)/bin:$$PATH" sh -c \
	  '. tests/world.sh && mkdir -p "$$HOME" && exec "$$@"' tools
MAKEFLAGS += -j$(JOBS)

all: $(filters) $(BUILD)/libhermes.a

# What the goals at hand need; installed unless the goal is only to build.
parts_demo  = demo
parts_check = check
parts_asan  = check
parts_check-kill  = check
parts_check-errno = check
parts_check-power = power
parts_check-harness = power
parts_check-races = check
parts_check-sweep = check
parts_check-parity = check
parts_check-parity-harness = check
parts_lint  = lint
parts_check-model = model
parts_bench = bench
parts_deps  = demo
fetch       = $(if $(strip $(foreach g,$(MAKECMDGOALS),$(parts_$(g)))),-i)
needs       = $(BUILD)/.needs
$(needs): FORCE
	@CC='$(CC)' tests/need $(fetch) build $(foreach g,$(MAKECMDGOALS),$(parts_$(g)))
deps: $(needs)
FORCE:

$(BUILD)/%.o: %.c | $(needs)
	@mkdir -p $(@D)
	$(say) '$(CC) $<'
	@$(compile) -MMD -MP -c -o $@ $<
$(BUILD)/libhermes.a: $(lib_obj)
	@rm -f $@
	@$(AR) rcs $@ $^
$(foreach s,$(STAGES),$(eval $(BUILD)/bin/hermes-$(s): \
	$(call objects,pipeline/$(s)) $(BUILD)/libhermes.a))
$(filters):
	@mkdir -p $(@D)
	$(say) '$(CC) -o $@'
	@$(link)
$(units) $(BUILD)/bench/floor $(BUILD)/power/stops:
	@mkdir -p $(@D)
	@$(link)
$(foreach u,$(units) $(BUILD)/bench/floor $(BUILD)/power/stops,$(eval \
	$u: $(u:$(BUILD)/%=$(BUILD)/tests/%.o) $(BUILD)/libhermes.a))
units: $(units) $(BUILD)/power/stops

demo: all | $(needs)
	@$(tools) tests/demo/run $(BUILD)/demo
TESTS  = tests
FILTER =
# suite.bats tries check-harness with one switch
check: all units $(BUILD)/harness/BREAK_TOKEN/hermes-exec | $(needs)
	@$(tools) tests/check $(BATS) $(if $(FILTER),-f '$(subst ','\'',$(FILTER))') $(TESTS)
# kill -9 at every mutating system call of exec; minutes. Then each of them
# failing, by each of these numbers. Two sweeps at once where there are cores.
kinds  = apply rollback undo ref-only
errnos = ENOSPC EIO EDQUOT EMFILE EINTR
check-kill: all | $(needs)
	@printf '%s\n' $(kinds) twice | \
	  $(tools) xargs -P $(JOBS) -n 1 tests/kill.sh 1
check-errno: all | $(needs)
	@for e in $(errnos); do for k in apply rollback; do echo $$e $$k; \
	  done; done | $(tools) xargs -P $(JOBS) -n 2 \
	  sh -c 'INJECT=error=$$0 tests/kill.sh 1 $$1'
# The power fails at each of them, and at every third of a whole cycle; needs
# root and loop mounts.
check-power: all $(BUILD)/power/stops | $(needs)
	@printf '%s\n' '3 cycle' $(kinds:%='1 %') | \
	  $(tools) xargs -P $(JOBS) -L 1 tests/power.sh
# 200 applies beside programs at work in the same checkout; a thousand rounds
# of two agents at once, on one STATE, on two, and with one of them killed.
check-races: all | $(needs)
	@$(tools) tests/races.sh 29
	@$(tools) tests/lease-races.py 1000
# Checkouts out of all that git has attributes, settings and names for, and
# their twins by `git pull --ff-only`; some twenty minutes.
PAIRS ?= 3000
SEED  ?= 1
check-parity: all | $(needs)
	@$(tools) tests/parity/run -n $(PAIRS) -s $(SEED)
# Does it see what a broken Hermes might leave, and nothing where git itself
# has upgraded both?
check-parity-harness: | $(needs)
	@tests/parity/run -b
	@$(tools) tests/parity/run -S -n $(PAIRS) -s $(SEED)
# What determinism.bats and tamper.bats do a part of, in full; two minutes.
check-sweep: all | $(needs)
	@SWEEP=1000 $(tools) bats -f permuted tests/determinism.bats
	@SWEEP=all $(tools) bats -f alteration tests/tamper.bats
# hermes-exec without one of these: does a proof above miss it?
breaks = JOURNAL_SYNC FOLDER_SYNC EXCHANGE OUT_HASH INDEX_LOCK TOKEN \
         PARITY_IDENT PARITY_TAGS PARITY_STAT PARITY_GROUP
broken = $(breaks:%=$(BUILD)/harness/BREAK_%/hermes-exec)
wraps  = fsync linkat renameat2 blob_same accept_jobs lease_find \
         content_write moves_add index_stamp mirror_folder
check-harness: all $(BUILD)/power/stops $(broken) | $(needs)
	@$(tools) tests/harness.sh $(breaks)
$(broken): tests/harness/broken.c $(BUILD)/bin/hermes-exec
	@mkdir -p $(@D)
	@$(compile) -I. -Ipipeline/exec -D$(notdir $(@D)) $(LDFLAGS) -Wl,--as-needed \
	    $(wraps:%=-Wl,--wrap=%) -o $@ $< $(call objects,pipeline/exec) \
	    $(BUILD)/libhermes.a $(libs)
check-model: | $(needs)
	@$(tools) tests/model/run $(BUILD)/model
# Asks nothing of this machine but root and debootstrap.
check-fresh:
	@tests/lab/fresh
asan:
	@$(MAKE) check BUILD=$(BUILD)/asan LDFLAGS='$(LDFLAGS)' \
	    CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover'
# Each row runs alone, too: tests/bench/ROW DIR. HERMES_BENCH_SCALE=100 is a
# quick look at a tenth of every fleet.
rows = path http delay https large behind apply staging trouble
bench: all $(BUILD)/bench/floor | $(needs)
	@for row in $(rows); do \
	  $(tools) tests/bench/$$row $(BUILD)/bench || exit; done
	@$(tools) tests/bench/decide $(BUILD)/bench/decide

lint: lint-rooms lint-headers lint-man lint-shell lint-format lint-filters
headers = $(wildcard lib/*/*.h pipeline/*/*.h)
sources = $(wildcard lib/*/*.c pipeline/*/*.c tests/*/*.c)
# A room includes itself and the rooms before it; a filter rooms and itself;
# cJSON is spoken to in lib/json alone, libgit2 and libcurl in lib/git alone.
lint-rooms:
	@ok=; for r in $(ROOMS); do ok="$$ok|$$r"; \
	  if grep -nE '^#include "' lib/$$r/*.[ch] | \
	    grep -vE ":#include \"($${ok#|})/"; then \
	    echo "lib/$$r includes what is not before it"; exit 1; fi; done; \
	if grep -nE '^#include ".*/' pipeline/*/*.[ch] | \
	  grep -vE ":#include \"($${ok#|})/"; then \
	  echo 'a filter includes what is no room'; exit 1; fi
	@if grep -lE '#include [<"](cjson/)?cJSON\.h' -r lib pipeline | \
	  grep -v '^lib/json/'; then echo 'cJSON.h outside lib/json'; exit 1; fi
	@if grep -lE '#include <(git2[./].*|curl/.*)>' -r lib pipeline | \
	  grep -v '^lib/git/'; then echo 'git2.h or curl.h outside lib/git'; exit 1; fi
lint-headers: | $(needs)
	@for h in $(headers); do \
	  $(compile) -I$${h%/*} -fsyntax-only -x c $$h || exit; done
lint-man: | $(needs)
	@mandoc -T lint -W warning man/*
	@awk -f tests/sections.awk man/*
lint-shell: | $(needs)
	@shellcheck -x bin/* .ci/run tests/need tests/check tests/world.sh $(wildcard tests/*/*.sh) \
	  $(shell grep -ls '^\#!/bin/.*sh' tests/demo/* tests/bench/* tests/lab/* tests/exec/* tests/*.sh \
	  tests/model/*)
	@shellcheck -x -S warning -s bats \
	  -e SC1010,SC1090,SC1091,SC2010,SC2030,SC2031,SC2034,SC2154,SC2238,SC2314,SC2315 \
	  tests/*.bash tests/*.bats
lint-format: | $(needs)
	@clang-format --dry-run -Werror $(headers) $(sources)
# A filter is a folder, a .bats and a page, and its source opens with the
# page's own line; nothing is left for later.
lint-filters:
	@bad=; say() { echo "$$1"; bad=1; }; \
	for s in $(STAGES); do \
	  for f in tests/$$s.bats man/hermes-$$s.1; do \
	    test -e $$f || say "hermes-$$s: no $$f"; done; \
	  line=$$(sed -n 's/^\.Nd //p' man/hermes-$$s.1 2>/dev/null); \
	  grep -qxF " * hermes-$$s - $$line" pipeline/$$s/main.c || \
	    say "pipeline/$$s/main.c: does not open with: $$line"; \
	done; \
	for p in bin/*; do \
	  test -e man/$${p##*/}.1 || say "$$p: no man/$${p##*/}.1"; done; \
	if grep -nwE 'TODO|FIXME|XXX' -r bin lib pipeline man tests; then \
	  say 'what is left for later goes into an issue'; fi; \
	test -z "$$bad"

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install $(filters) bin/* $(DESTDIR)$(PREFIX)/bin
	for p in man/*; do install -Dm 644 $$p \
	  $(DESTDIR)$(PREFIX)/share/man/man$${p##*.}/$${p#man/} || exit; done
	install -d $(DESTDIR)$(PREFIX)/share/hermes/schema
	install -m 644 state/schema/*.json $(DESTDIR)$(PREFIX)/share/hermes/schema
# What install puts there and nothing else; ~/.hermes is its owner's.
uninstall:
	for f in $(notdir $(filters) $(wildcard bin/*)); do \
	  rm -f $(DESTDIR)$(PREFIX)/bin/$$f || exit; done
	for p in man/*; do rm -f \
	  $(DESTDIR)$(PREFIX)/share/man/man$${p##*.}/$${p#man/} || exit; done
	rm -rf $(DESTDIR)$(PREFIX)/share/hermes
clean:
	rm -rf $(BUILD)

.PHONY: all deps units demo check check-kill check-errno check-power \
    check-races check-fresh check-parity check-parity-harness check-harness check-sweep \
    check-model asan bench lint \
    lint-rooms lint-headers lint-man lint-shell lint-format lint-filters \
    install uninstall clean FORCE
.SECONDARY:
-include $(lib_obj:.o=.d) $(wildcard $(BUILD)/pipeline/*/*.d) \
    $(wildcard $(BUILD)/tests/*/*.d)
