package sim

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestProcsSleepAndWaitInVirtualTime(t *testing.T) {
	w := New(1)
	var reply Future[string]
	var story []string
	say := func(what string) { story = append(story, fmt.Sprint(w.Elapsed(), " ", what)) }
	n := w.Node("a", nil)
	n.Go(func(p *Proc) {
		say("asks")
		p.Wait(&reply)
		answer, _ := reply.Value()
		say("hears " + answer)
		p.Sleep(time.Second)
		say("ends")
	})
	w.Go(func(p *Proc) {
		p.Sleep(2 * time.Second)
		if !reply.Resolve("yes") || reply.Resolve("no") {
			t.Error("Resolve does not say which came first")
		}
	})
	w.Run(time.Minute)
	if want := []string{"0s asks", "2s hears yes", "3s ends"}; !slices.Equal(story, want) {
		t.Fatalf("%q, want %q", story, want)
	}
}

func TestACrashUnwindsProcs(t *testing.T) {
	w := New(1)
	n := w.Node("a", nil)
	var story []string
	n.Go(func(p *Proc) {
		defer func() { story = append(story, "deferred") }()
		p.Sleep(time.Hour)
		story = append(story, "survived")
	})
	n.Go(func(p *Proc) {
		defer func() { story = append(story, "own") }()
		p.Sleep(time.Second)
		p.Node().Crash()
		p.Sleep(time.Second)
		story = append(story, "survived its own crash")
	})
	w.Run(2 * time.Hour)
	if want := []string{"deferred", "own"}; !slices.Equal(story, want) || len(w.procs) != 0 {
		t.Fatalf("%q with %d coroutines left, want %q", story, len(w.procs), want)
	}
}

func TestCloseUnwindsProcs(t *testing.T) {
	w := New(1)
	ended := 0
	for range 3 {
		w.Go(func(p *Proc) {
			defer func() { ended++ }()
			p.Sleep(time.Hour)
		})
	}
	w.Go(func(p *Proc) { t.Error("began after Close") })
	w.procs[3].timer = 0
	for range 3 {
		w.Step()
	}
	w.Close()
	if ended != 3 || w.Step() || w.Err() == nil {
		t.Fatalf("%d coroutines unwound, error %v", ended, w.Err())
	}
}

func TestAPanicInAProcReachesTheTest(t *testing.T) {
	w := New(1)
	w.Go(func(p *Proc) {
		p.Sleep(time.Second)
		panic("boom")
	})
	defer func() {
		if r := recover(); r != "boom" {
			t.Fatalf("recovered %v, want boom", r)
		}
		if w.Err() == nil || w.Step() {
			t.Fatal("the world did not note where it broke")
		}
	}()
	w.Run(time.Minute)
}

func TestPausedProcsWait(t *testing.T) {
	w := New(1)
	n := w.Node("a", nil)
	var woke time.Duration
	n.Go(func(p *Proc) {
		p.Sleep(time.Second)
		woke = w.Elapsed()
	})
	w.After(500*time.Millisecond, n.Pause)
	w.After(5*time.Second, n.Resume)
	if w.Run(time.Minute); woke != 5*time.Second {
		t.Fatalf("woke at %v, want 5s", woke)
	}
}

func TestAPanicWhileAProcEndsReachesTheTest(t *testing.T) {
	for what, f := range map[string]func(p *Proc){
		"after its own crash": func(p *Proc) { p.Node().Crash(); panic("boom") },
		"in a deferred function": func(p *Proc) {
			defer func() { panic("boom") }()
			p.Node().Crash()
			p.Sleep(1)
		},
	} {
		t.Run(what, func(t *testing.T) {
			w := New(1)
			w.Node("a", nil).Go(f)
			if said := panics(func() { w.Run(time.Second) }); said != "boom" || w.Err() == nil {
				t.Fatalf("recovered %s, want boom; the world's error is %v", said, w.Err())
			}
		})
	}
}

func TestAProcThatRestartsItsNodeLeavesNoTimer(t *testing.T) {
	w := New(1)
	var fired int
	n := w.Node("a", nil)
	n.Go(func(p *Proc) {
		n.Restart()
		w.Watch(func(Event) { fired++ }, Fired, Dropped)
		p.Sleep(time.Second)
	})
	if w.Run(time.Minute); fired != 0 || !n.Up() {
		t.Fatalf("%d timers of a coroutine that is over", fired)
	}
}

func TestAClosedWorldStartsNoProc(t *testing.T) {
	w := New(1)
	n := w.Node("a", nil)
	w.Close()
	w.Go(func(*Proc) {})
	n.Go(func(*Proc) {})
	if len(w.procs) != 0 {
		t.Fatalf("%d coroutines that nobody will end", len(w.procs))
	}
}
