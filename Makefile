# Hermes: the whole build graph. Built things live in $(BUILD) only.
# `make demo` and `make check` do their own set-up; see README.md.

PREFIX ?= /usr/local
BUILD  ?= build
CFLAGS ?= -O2 -g
PKGS    = libgit2 libcurl libcjson nettle
ROOMS   = base json model store proc git stage
STAGES  = $(patsubst pipeline/%/main.c,%,$(wildcard pipeline/*/main.c))

cpp     = -D_GNU_SOURCE -Ilib -MMD -MP $(shell pkg-config --cflags $(PKGS))
warn    = -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wmissing-prototypes
objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)/*.c))
lib_obj = $(foreach r,$(ROOMS),$(call objects,lib/$(r)))
filters = $(STAGES:%=$(BUILD)/bin/hermes-%)
units   = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/*.c))

all: $(filters)
$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(cpp) $(warn) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(BUILD)/libhermes.a: $(lib_obj)
	rm -f $@ && $(AR) rcs $@ $^
$(foreach s,$(STAGES),$(eval $(BUILD)/bin/hermes-$(s): \
	$(call objects,pipeline/$(s)) $(BUILD)/libhermes.a))
$(filters):
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $^ \
	    $(shell pkg-config --libs $(PKGS))
$(BUILD)/unit/%: $(BUILD)/tests/unit/%.o $(BUILD)/libhermes.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $^ \
	    $(shell pkg-config --libs $(PKGS))
units: $(units)
clean:
	rm -rf build
.PHONY: all units clean
.SECONDARY:
-include $(lib_obj:.o=.d) $(wildcard $(BUILD)/pipeline/*/*.d) \
    $(wildcard $(BUILD)/tests/unit/*.d)
