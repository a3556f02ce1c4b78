/*
 * lease.pml - leases, journals and the ledger over one repository
 *
 * `make check-model` has spin look at every order in which the steps below
 * can happen: AGENTS agents, each RUNS cycles one after the other, all on one
 * repository, on one STATE folder or (STATES=2) each on its own. A demon
 * kills agents at any step, kills the holder and leaves its filter running,
 * lets leases expire, breaks a living one by lease.broken, and removes the
 * lease file. A stage waits for the cycle lock as hermes-tick comes again
 * after a 75. The lock is taken filter by filter, as by hand; hermes-cycle,
 * which keeps it from first to last, is the one order of them in which nobody
 * else comes between.
 *
 * What is true in every state that can be reached:
 *
 *   M1  never two live applies on one repository: no swap begins on a
 *       checkout in which another is half done (L1, L6, X5)
 *   M2  tokens strictly rise, of grants and of applies (L4)
 *   M3  no lease is granted on an open journal (L3)
 *   M4  an apply that moved the branch is in the ledger, or in its journal
 *       (E7, A2 of pipeline/exec/apply.h)
 *   M5  a live lease goes by its holder's release or the operator's word,
 *       and nothing is applied under another's live lease (L2, L8)
 *   M6  nobody waits for ever (spin's invalid end states)
 *
 * What stands for what:
 *
 *   take(), give()   stage_state() in lib/stage/stage.c and lib/store/state.c:
 *                    .cycle.lock, a flock, so the kernel frees it on death
 *   st.last, st.token, st.cycle, st.expired
 *                    coordination_leases.json: last_token, and the one lease;
 *                    lib/model/lease.c. Written whole by rename (state_write):
 *                    an atomic step
 *   live()           lease_life() and world_judge() in pipeline/lease/world.c
 *   reserve()        settle() in pipeline/lease/reserve.c, lease_grant()
 *   release()        pipeline/lease/release.c, lease_release()
 *   st.open, st.done STATE/journals/TOKEN, by `done`; pipeline/exec/journal.c
 *   st.ledger, st.told
 *                    runtime_events.jsonl, lib/store/append.c: the highest
 *                    token in it, and the outcomes; one append, one step
 *   st.view          last_token of auto_safe_upgrade_state.json, which is what
 *                    hermes-lease reads of the ledger; lib/model/fold.c
 *   recover()        pipeline/exec/recover.c, `hermes-exec -R`
 *   execute()        pipeline/exec/run.c: prepare.c, swap.c, close.c
 *   leased()         swap_lease() in pipeline/exec/swap.c
 *   flock            COMMON/hermes/lock, take_lock() in pipeline/exec/apply.c
 *   index_lock       GIT DIR/index.lock; swap.c S1
 *   half             what the checkout is like between the first rename and
 *                    the move of the branch (swap.c S4): not before, not after
 *
 * What is left out: that exec compares branch and files with the plan (the
 * leases must do without it), checks and the rollback after them (a second
 * swap by the same apply under the same flock), a ledger that is damaged
 * (nothing is mutated then), and one document executed twice (open_journal()
 * refuses the token while its journal is there).
 *
 * The broken variants, each of which must fail: NO_TOKEN_CHECK, NO_RECOVERY,
 * TOKEN_REUSE, RELEASE_BY_ANYONE, and NO_CYCLE_CHECK (exec takes the token of
 * another cycle's lease for its own; the lease file was lost before the
 * ledger knew of the first).
 */
#ifndef AGENTS
#define AGENTS 2
#endif
#ifndef RUNS
#define RUNS 2
#endif
#ifndef STATES
#define STATES 1
#endif
#ifndef TROUBLES
#define TROUBLES 3
#endif
#define TOKENS 6 /* none is as high: bits of a byte name them */

#define bit(t) (1 << (t))

typedef state {
	byte lock; /* agent + 1; 0: free */

	byte last, token, cycle; /* token 0: no lease */
	bool expired;
	bool broken; /* a word since the grant, and in the view */

	byte ledger, view;
	byte told;
	byte open, done;

	/* For the proofs alone: */
	byte moved;   /* the applies that moved the branch */
	byte applied; /* the last of them */
	byte highest; /* of all tokens granted */
	byte whose;   /* the cycle whose lease is live; 0: nobody's */
};

state st[STATES];
byte flock;      /* agent + 1 */
byte index_lock; /* agent + 1 of who linked it, dead or alive */
byte half;       /* likewise */
byte alive;      /* a bit for each cycle whose holder runs */
byte mine[AGENTS]; /* the number of its cycle */
bool die[AGENTS];
byte troubles;

#define S st[a % STATES]
#define me mine[a]

#define live(s)                                                                \
	(st[s].token && !st[s].expired && !st[s].broken &&       \
	    (alive & bit(st[s].cycle)))

inline raise(what, to)
{
	if
	:: what < (to) -> what = (to)
	:: else
	fi
}

/* In a d_step only. */
hidden byte n;
inline raise_bits(what, bits)
{
	n = 0;
	do
	:: n < TOKENS ->
		if
		:: (bits) & bit(n) -> raise(what, n)
		:: else
		fi;
		n++
	:: else -> break
	od;
	n = 0
}

/* In one STATE every journal stands for the one checkout; two STATE folders
 * have a journal each. */
#if STATES == 1
#define owner 1
#else
#define owner (a + 1)
#endif

/* One filter after the other: each begins while the holder is there, and
 * waits for the lock. One that writes one file, by rename or by one append,
 * is one step. */
#define filter(then)                                                           \
	atomic {                                                               \
		S.lock == 0 || !(alive & bit(me));                             \
		if                                                             \
		:: alive & bit(me) -> then                                     \
		:: else -> goto gone                                           \
		fi                                                             \
	}

inline take()
{
	S.lock = a + 1
}

inline give()
{
	S.lock = 0
}

/* hermes-exec -R: each open journal is closed, each told one goes (J3). All
 * between take() and give() under the cycle lock, and can die at each step. */
inline recover()
{
	filter(take());
	do
	:: atomic { S.done & S.told ->
		d_step {
			/* M4 has held for them and will. */
			S.moved = S.moved & ~(S.done & S.told);
			t = S.done & S.told;
			S.told = S.told & ~t;
			S.done = S.done & ~t;
			t = 0
		} }
	:: atomic { S.open && flock == 0 && !(S.done & S.told) ->
			flock = a + 1 };
		d_step {
			if /* V1: the branch is there, or all is undone */
			:: !(S.moved & S.open) && half == owner -> half = 0
			:: else
			fi;
			if /* V2: only what is ours */
			:: index_lock == owner -> index_lock = 0
			:: else
			fi
		};
		d_step {
			S.done = S.done | S.open;
			S.open = 0;
			flock = 0
		}
	:: atomic { !(S.done & S.told) && (!S.open || flock) ->
		/* V4: one that another is at work on stays open */
		said = S.done;
		give() };
		break
	od
}

/* hermes-ledger -s */
inline append()
{
	d_step {
		raise(S.ledger, granted);
		S.told = S.told | said;
		raise_bits(S.ledger, said);
		said = 0
	}
}

/* hermes-project -s */
inline project()
{
	S.view = S.ledger
}

#ifdef NO_RECOVERY
#define journal_blocks 0
#else
#define journal_blocks S.open
#endif

#ifdef TOKEN_REUSE
#define next_token(t) (t > 0 -> t : 1)
#else
#define next_token(t) (t + 1)
#endif

/* hermes-lease -s */
inline reserve()
{
	d_step {
		if
		:: journal_blocks || live(a % STATES) -> skip /* L3, L2 */
		:: !S.last && S.view < S.ledger -> skip /* 65: project first */
		:: !(journal_blocks || live(a % STATES)) &&
				(S.last || S.view == S.ledger) ->
			t = S.last;
			raise(t, S.view);
			raise_bits(t, S.open | S.done);
			t = next_token(t); /* L4 */
			assert(t > S.highest); /* M2 */
			assert(S.open == 0);   /* M3 */
			assert(S.whose == 0);  /* M5 */
			assert(t < TOKENS);
			S.last = t;
			S.token = t;
			S.cycle = me;
			S.expired = 0;
			S.broken = 0;
			S.highest = t;
			S.whose = me;
			granted = t;
			t = 0
		fi
	}
}

/* hermes-lease -r */
inline release()
{
	d_step {
		if
#ifdef RELEASE_BY_ANYONE
		:: S.token ->
#else
		:: S.token == granted && S.cycle == me ->
#endif
			assert(S.whose == 0 || S.whose == me); /* M5 */
			S.token = 0;
			S.cycle = 0;
			S.expired = 0;
			S.broken = 0;
			S.whose = 0
		:: else
		fi
	}
}

#if defined(NO_TOKEN_CHECK)
#define leased 1
#elif defined(NO_CYCLE_CHECK)
#define leased (S.token == granted && !S.expired)
#else
#define leased (S.token == granted && S.cycle == me && !S.expired)
#endif

/* hermes-exec -s */
inline execute()
{
	filter(take());
	if
	:: atomic { granted && flock == 0 &&
			!((S.open | S.done) & bit(granted)) ->
			flock = a + 1 };
		S.open = S.open | bit(granted); /* prepare */
		if
		:: atomic { index_lock == 0 -> index_lock = owner };
			if
			:: atomic { leased -> /* S2 */
				assert(half == 0); /* M1 */
				half = owner };
				if
				:: atomic { leased -> move_branch() }
				:: atomic { !leased -> half = 0 } /* undone */
				fi
			:: atomic { !leased -> skip }
			fi;
			index_lock = 0
		:: atomic { index_lock -> skip } /* "locked" */
		fi;
		d_step { /* J2 */
			S.open = S.open & ~bit(granted);
			S.done = S.done | bit(granted);
			said = bit(granted)
		};
		atomic { flock = 0; give() }
	:: atomic { !granted || flock || ((S.open | S.done) & bit(granted)) ->
			give() } /* not granted, foreign, or used */
	fi
}

inline move_branch()
{
	d_step {
		assert(granted > S.applied);           /* M2 */
		assert(S.whose == 0 || S.whose == me); /* M5 */
		S.applied = granted;
		S.moved = S.moved | bit(granted);
		half = 0
	}
}

inline begin()
{
	d_step {
		runs++;
		me = a * RUNS + runs;
		alive = alive | bit(me)
	}
}

inline holder_gone(a)
{
	alive = alive & ~bit(me);
	if
	:: S.whose == me -> S.whose = 0
	:: else
	fi
}

/* The kernel's part: what is flocked is free, what is on disk stays. */
inline over()
{
	holder_gone(a);
	if
	:: S.lock == a + 1 -> S.lock = 0
	:: else
	fi;
	if
	:: flock == a + 1 -> flock = 0
	:: else
	fi;
	die[a] = 0;
	granted = 0;
	said = 0;
	t = 0
}

proctype agent(byte a)
{
	byte runs, granted, said, t;

	do
	:: runs < RUNS ->
		begin();
		{
#ifndef NO_RECOVERY
			recover();
			filter(append());
			filter(project());
#endif
			filter(reserve());
			filter(append());
			execute();
			filter(append());
			filter(release());
			filter(project());
gone:			skip
		} unless {
			die[a]
		};
		d_step { over() }
	:: else -> break
	od
}

#define untold(s) (st[s].moved & ~(st[s].told | st[s].open | st[s].done))

active proctype demon()
{
end:	do
	:: atomic { troubles < TROUBLES && (alive & bit(mine[0])) && !die[0] ->
		troubles++; die[0] = 1 }
	:: atomic { troubles < TROUBLES && (alive & bit(mine[1])) && !die[1] ->
		troubles++; die[1] = 1 }
	:: d_step { troubles < TROUBLES && (alive & bit(mine[0])) ->
		troubles++; holder_gone(0) }
	:: d_step { troubles < TROUBLES && (alive & bit(mine[1])) ->
		troubles++; holder_gone(1) }
	:: d_step { troubles < TROUBLES && st[0].token && !st[0].expired ->
		troubles++; st[0].expired = 1; st[0].whose = 0 }
	:: d_step { troubles < TROUBLES && st[0].token && !st[0].broken ->
		troubles++; st[0].broken = 1; st[0].whose = 0 }
	:: d_step { troubles < TROUBLES && st[0].last ->
		troubles++;
		st[0].last = 0; st[0].token = 0; st[0].cycle = 0;
		st[0].expired = 0; st[0].broken = 0; st[0].whose = 0;
		/* A grant that stood nowhere else never was (M2). */
		st[0].highest = st[0].ledger;
		raise_bits(st[0].highest, st[0].open | st[0].done)
	}
	/* M4, looked at in every state. */
	:: d_step { untold(0) -> assert(false) }
#if STATES > 1
	:: d_step { untold(1) -> assert(false) }
#endif
	od
}

init {
	atomic {
		run agent(0);
		run agent(1)
	}
}
