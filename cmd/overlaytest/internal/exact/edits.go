package exact

import _ "embed"

// edit replaces one text of a file of Go's source by another. Old must stand there exactly once: so a Go version that changed the place is
// noticed, and nothing is half done.
type edit struct {
	file     string // below GOROOT/src
	old, new string
}

// edits is all that is changed in the runtime. With one processor it makes the history of a synctest bubble a function of the bubble's
// seed: every choice that the runtime makes at random for a goroutine of a bubble comes from the bubble's own state, and nothing outside the
// bubble, neither real time nor other goroutines, has a say in which of its goroutines runs next.
var edits = []edit{
	// The bubble's random state: splitmix64, seeded from the environment and the number of the bubble in the process. The goroutine that runs
	// the world has a state of its own, which each event begins anew: so what the test draws when it looks at the world changes nothing in it.
	{"runtime/synctest.go", "	active  int // other sources of activity\n}\n", "	active  int // other sources of activity\n\n	overlaytest      [2]uint64 // states of random numbers: what goroutines share, and the owner's\n	overlaytestMaps  [2]uint64 // of the seeds of maps\n	overlaytestOwner uint64    // the goroutine that has states of its own, 0 if none\n	overlaytestTies  uint64    // says which timer of an instant is first\n	overlaytestMade  [2]uint64 // timers, by whom\n}\n"},
	{"runtime/synctest.go", "	bubble.now = synctestBaseTime\n", "	bubble.now = synctestBaseTime\n	bubble.overlaytest[0] = overlaytestSeed()*0x9e3779b97f4a7c15 ^ bubble.id\n	bubble.overlaytestTies = bubble.overlaytest[0]\n"},
	{"runtime/synctest.go", "// changegstatus is called when the non-lock status of a g changes.\n", additions + "// changegstatus is called when the non-lock status of a g changes.\n"},

	// The process starts from one state: hashes of maps, and what goroutines outside of bubbles draw.
	{"runtime/rand.go", "	globalRand.state.Init(*seed)\n", "	for i := range seed {\n		seed[i] = byte(i + 1)\n	}\n	globalRand.state.Init(*seed)\n"},
	// What programs draw, and where the iteration of a map begins. The seeds of maps have numbers of their own, or, on the heap, are all one:
	// a cache that a package fills when it is first used then draws nothing that a program draws, and a world's history does not depend on
	// the worlds that the process has played before.
	{"runtime/rand.go", "	mp := getg().m\n	c := &mp.chacha8\n", "	if b := getg().bubble; b != nil {\n		state := &b.overlaytestMaps[overlaytestWho(b)]\n		*state += 0x9e3779b97f4a7c15\n		return *state\n	}\n	mp := getg().m\n	c := &mp.chacha8\n"},
	{"runtime/rand.go", "func maps_rand() uint64 {\n", "func maps_rand() uint64 {\n	if b := getg().bubble; b != nil {\n		return overlaytestDraw(b, 'm')\n	}\n"},
	{"math/rand/rand.go", "//go:linkname runtime_rand runtime.rand\n", "//go:linkname runtime_rand runtime.overlaytestRand\n"},
	{"math/rand/v2/rand.go", "//go:linkname runtime_rand runtime.rand\n", "//go:linkname runtime_rand runtime.overlaytestRand\n"},
	{"internal/runtime/maps/map.go", "		m = new(Map)\n	}\n\n	m.seed = uintptr(rand())\n", "		m = new(Map)\n	}\n\n	m.seed = 1\n"},
	{"internal/runtime/maps/map.go", "	m := new(Map)\n	m.seed = uintptr(rand())\n", "	m := new(Map)\n	m.seed = 1\n"},
	{"internal/runtime/maps/map.go", "issue/25237.\n		m.seed = uintptr(rand())\n", "issue/25237.\n		m.seed = 1\n"},
	{"internal/runtime/maps/map.go", "issue/25237.\n	m.seed = uintptr(rand())\n", "issue/25237.\n	m.seed = 1\n"},

	// Which ready case a select takes.
	{"runtime/select.go", "		j := cheaprandn(uint32(norder + 1))\n", "		j := overlaytestRandn(uint32(norder+1), 's')\n"},
	// Which timer of one instant fires first: by the number that it got when it was made, since a select adds those that it waits for in the
	// order of addresses.
	{"runtime/time.go", "			t.rand = cheaprand()\n", "			t.rand = overlaytestTie(t)\n"},
	{"runtime/time.go", "	rand    uint32 // randomizes order of timers at same instant; only set when isFake\n", "	rand    uint32 // randomizes order of timers at same instant; only set when isFake\n\n	overlaytest uint64 // its number in the bubble\n"},
	{"runtime/time.go", "		if gp.bubble != nil {\n			t.isFake = true\n", "		if gp.bubble != nil {\n			t.isFake = true\n			t.overlaytest = overlaytestNumber(gp.bubble)\n"},
	{"runtime/time.go", "	if bubble := getg().bubble; bubble != nil {\n		t.isFake = true\n", "	if bubble := getg().bubble; bubble != nil {\n		t.isFake = true\n		t.overlaytest = overlaytestNumber(bubble)\n"},
	// The shape of the tree of semaphores, and when a mutex is handed over: by the bubble's clock, not by how busy the machine is.
	{"runtime/sema.go", "	s.ticket = cheaprand() | 1\n", "	s.ticket = overlaytestRandn(1<<31, 'q') | 1\n"},
	{"runtime/sema.go", "func internal_sync_nanotime() int64 {\n", "func internal_sync_nanotime() int64 {\n	if b := getg().bubble; b != nil {\n		return b.now\n	}\n"},

	// The monitor takes the processor neither from a goroutine that computes for long, nor from one that is in a short system call.
	{"runtime/proc.go", "			preemptone(pp)\n			// If pp is in a syscall, preemptone doesn't work.\n", "			if gomaxprocs > 1 {\n				preemptone(pp)\n			} else if pd.schedwhen+overlaytestPatience <= now {\n				overlaytestPreempt(pp)\n			}\n			// If pp is in a syscall, preemptone doesn't work.\n"},
	{"runtime/proc.go", "		if syst := int64(pp.syscalltick); !sysretake && int64(pd.syscalltick) != syst {\n", "		if syst := int64(pp.syscalltick); (gomaxprocs == 1 || !sysretake) && int64(pd.syscalltick) != syst {\n"},
	{"runtime/proc.go", "		if runqempty(pp) && sched.nmspinning.Load()+sched.npidle.Load() > 0 && pd.syscallwhen+10*1000*1000 > now {\n", "		if gomaxprocs == 1 && pd.syscallwhen+500*1000*1000 > now {\n			thread.resume()\n			goto done\n		}\n\n		if runqempty(pp) && sched.nmspinning.Load()+sched.npidle.Load() > 0 && pd.syscallwhen+10*1000*1000 > now {\n"},
	// A goroutine that computes without a pause is let be, but not for ever: who spins until another has done something would wait in vain.
	// The garbage collector does all of its work at once where the heap has reached its goal, which depends on what was allocated and not on
	// how long it took, and the goroutine that set it off then goes on as if nothing had been: so what it frees, where the heap puts what comes
	// next, and when finalizers, cleanups, pools and weak pointers notice, depends on the program alone. None comes because time has passed.
	{"runtime/mgc.go", "	mode := gcBackgroundMode\n	if debug.gcstoptheworld == 1 {\n", "	mode := gcBackgroundMode\n	if gomaxprocs == 1 {\n		mode = gcForceBlockMode\n	} else if debug.gcstoptheworld == 1 {\n"},
	{"runtime/mgc.go", "	if mode != gcBackgroundMode {\n		Gosched()\n	}\n", "	if mode != gcBackgroundMode {\n		if gomaxprocs == 1 {\n			mcall(overlaytestFirst)\n		} else {\n			Gosched()\n		}\n	}\n"},
	{"runtime/mgcpacer.go", "	if debug.gcstoptheworld > 0 {\n", "	if debug.gcstoptheworld > 0 || gomaxprocs == 1 {\n"},
	{"runtime/mgcpacer.go", "	goal, minTrigger := c.heapGoalInternal()\n\n	// Invariant: the trigger must always be less than the heap goal.\n", "	goal, minTrigger := c.heapGoalInternal()\n	if gomaxprocs == 1 {\n		return goal, goal\n	}\n\n	// Invariant: the trigger must always be less than the heap goal.\n"},
	{"runtime/proc.go", "		if t := (gcTrigger{kind: gcTriggerTime, now: now}); t.test() && forcegc.idle.Load() {\n", "		if t := (gcTrigger{kind: gcTriggerTime, now: now}); gomaxprocs > 1 && t.test() && forcegc.idle.Load() {\n"},
	{"runtime/proc.go", "	// local runq\n	if gp, inheritTime := runqget(pp); gp != nil {\n", "	if gp := overlaytestIsFirst.ptr(); gp != nil && !sched.disable.user {\n		overlaytestIsFirst = 0\n		return gp, true, false\n	}\n\n	// local runq\n	if gp, inheritTime := runqget(pp); gp != nil {\n"},
	// Of bubbles, most of what is allocated is soon garbage: the collector comes when the heap has grown fivefold, unless GOGC says otherwise,
	// and what it frees is kept, as it will be needed again.
	{"runtime/mgcpacer.go", "		return int32(n)\n	}\n	return 100\n", "		return int32(n)\n	}\n	return 400\n"},
	{"runtime/mgcscavenge.go", "	if lastHeapGoal == 0 {\n", "	if lastHeapGoal == 0 || gomaxprocs == 1 {\n"},
	// Nor does it take a goroutine of a bubble from its work to help it, nor while its worker is being made.
	{"runtime/mgcmark.go", "	if mp := getg().m; mp.locks > 0 || mp.preemptoff != \"\" {\n		return\n	}\n\n	if gp := getg(); gp.bubble != nil {\n", "	if mp := getg().m; mp.locks > 0 || mp.preemptoff != \"\" {\n		return\n	}\n	if getg().bubble != nil && gomaxprocs == 1 {\n		return\n	}\n\n	if gp := getg(); gp.bubble != nil {\n"},
	{"runtime/synctest.go", "	bubble := &synctestBubble{\n		id: ", "	if memstats.numgc == 0 {\n		GC()\n	}\n	overlaytestLitter()\n	overlaytestBubbles++\n	defer func() { overlaytestBubbles-- }()\n	bubble := &synctestBubble{\n		id: "},
	// One processor is what there is, also where the test binary is run by itself.
	{"runtime/proc.go", "		procs = defaultGOMAXPROCS(numCPUStartup)\n", "		procs = 1\n		sched.customGOMAXPROCS = true\n"},
	// What the experiments of overlaytest diverge fix, or set free, or look at.
	{"runtime/proc.go", "	defaultGOMAXPROCSInit()\n\n	lock(&sched.lock)\n", "	defaultGOMAXPROCSInit()\n	overlaytestInit()\n\n	lock(&sched.lock)\n"},
	{"runtime/proc.go", "	mp.curg = gp\n	gp.m = mp\n", "	overlaytestSee(gp)\n	mp.curg = gp\n	gp.m = mp\n"},
	{"runtime/time.go", "	return time_now()\n", "	if overlaytestFixed&(1<<('w'-'a')) != 0 {\n		return overlaytestNow()\n	}\n	return time_now()\n"},
	{"crypto/internal/sysrand/rand.go", "func Read(b []byte) {\n", "func Read(b []byte) {\n	if overlaytestNoise(b) {\n		return\n	}\n"},
	{"crypto/internal/sysrand/rand.go", "var testingOnlyFailRead bool\n", "var testingOnlyFailRead bool\n\n// overlaytestNoise is in runtime/synctest.go.\n//\n//go:linkname overlaytestNoise\nfunc overlaytestNoise(b []byte) bool\n"},
	// The queue of runnable goroutines is one, first come, first served: the global part continues the local one, and is not looked into
	// every 61st time. Whether a goroutine runs next is the bubble's to draw.
	{"runtime/proc.go", "	if pp.schedtick%61 == 0 && !sched.runq.empty() {\n", "	if gomaxprocs > 1 && pp.schedtick%61 == 0 && !sched.runq.empty() {\n"},
	{"runtime/proc.go", "	if randomizeScheduler && next && randn(2) == 0 {\n		next = false\n	}\n", "	if randomizeScheduler && gomaxprocs > 1 && next && randn(2) == 0 {\n		next = false\n	}\n	if next && gomaxprocs == 1 {\n		next = gp.bubble != nil && overlaytestDraw(gp.bubble, 'n')>>63 == 0\n	}\n"},
	{"runtime/proc.go", "	if t-h < uint32(len(pp.runq)) {\n		pp.runq[t%uint32(len(pp.runq))].set(gp)\n		atomic.StoreRel(&pp.runqtail, t+1) // store-release, makes the item available for consumption\n		return\n	}\n	if runqputslow(pp, gp, h, t) {\n",
		"	if gomaxprocs == 1 && (t-h == uint32(len(pp.runq)) || !sched.runq.empty()) {\n		lock(&sched.lock)\n		globrunqput(gp)\n		unlock(&sched.lock)\n		return\n	}\n	if t-h < uint32(len(pp.runq)) {\n		pp.runq[t%uint32(len(pp.runq))].set(gp)\n		atomic.StoreRel(&pp.runqtail, t+1) // store-release, makes the item available for consumption\n		return\n	}\n	if runqputslow(pp, gp, h, t) {\n"},
}

// additions are the functions that the edits call.
//
//go:embed additions.go.txt
var additions string
