package zoo_test

import (
	"time"

	"pgregory.net/rapid"

	"github.com/overlaytest/overlaytest/fixtures/overlays"
	"github.com/overlaytest/overlaytest/harness"
	"github.com/overlaytest/overlaytest/properties"
	"github.com/overlaytest/overlaytest/sim"
)

type Walker = overlays.Walker

// walked is what [overlays.Walk] claims to survive, whoever introduces its members. Behind NATs a topology is not enough: a box that comes up
// with another address leaves nobody who knows where its nodes are. Its timeouts go by the time of day: what happened in a future that a clock
// has come back from is not over before that.
var walked = properties.Budget{
	Down: sim.Percent(100), Disks: []sim.DiskFate{sim.Unsynced, sim.Kept, sim.Wiped},
	Failing: []sim.DiskFate{sim.LostWrite, sim.BitRot, sim.DiskFull}, Fail: sim.Percent(100), // it keeps nothing
	Cut: 2 * time.Minute, Loss: sim.Percent(30), Duplicate: sim.Percent(30), Corrupt: sim.Percent(30), Reorder: 5 * time.Second, Replay: time.Minute,
	MTU: 1280, Rate: 100_000, Slow: 200 * time.Millisecond, Late: 2 * time.Second, Clock: 30 * time.Second, Drift: sim.Percent(10), Twins: 2, Reuse: true,
}

// walksFor is how long its members are watched: they forget who is silent for a minute.
const walksFor = 3 * time.Minute

// walking are the worlds of [overlays.Walk].
var walking = []properties.Part{
	properties.Nodes(2, 10), properties.Duration(walksFor), properties.Faulty(walked),
	properties.ChurnBy(harness.Crash, harness.Restart, harness.Join, harness.Leave, harness.Move, harness.Renew),
}

// walks is the law of [overlays.Walk].
func walks(boot harness.Boot[*Walker]) properties.Law[*Walker] {
	return properties.Law[*Walker]{
		Name:   "members are discovered and forgotten, and asked to puncture",
		Space:  properties.Scenarios(append(walking, properties.Latency())...),
		Within: walked.Holds,
		Boot:   boot,
		Judge: properties.Judge(
			punctures,
			properties.NoSelf((*Walker).ID, (*Walker).Known),
			properties.NoPhantoms((*Walker).ID, (*Walker).Known),
			properties.Bounded("peers and addresses", (*Walker).State, 200),
			properties.Discovers((*Walker).ID, (*Walker).Known, 10, 10*time.Minute),
			properties.Forgets((*Walker).ID, (*Walker).Known, 5*time.Minute),
		),
	}
}

// calmWalks are scenarios in which nothing goes wrong.
func calmWalks() *rapid.Generator[harness.Scenario] {
	return properties.Scenarios(properties.Nodes(2, 10), properties.Duration(walksFor), properties.Latency())
}

// punctures promises that whoever is introduced is asked to puncture.
func punctures(r *harness.Run[*Walker]) (then func()) {
	law := &overlays.Punctures{}
	r.Watch(law.See, sim.Sent)
	r.Always("whoever is introduced is asked to puncture", law.Err)
	return nil
}
