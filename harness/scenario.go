package harness

import (
	"errors"
	"time"

	"github.com/overlaytest/overlaytest/fixtures"
	"github.com/overlaytest/overlaytest/sim"
)

// Scenario is a world as data, with what happens in it: it can be printed, parsed, compared and pasted. [Start] makes the world.
//
// At one instant, faults end before others begin, in the order of their ids; then comes the churn, then the workload, each in the order it
// is listed in, all in one event, also where ties are permuted. Times count from the start of [Run.Play].
type Scenario struct {
	// Seed is the world's.
	Seed uint64
	// Nodes are the names of the nodes, each its own. All are up at the start, but for those that are to [Join].
	Nodes []string
	// Topology says who is introduced to whom, as [fixtures.TopologyNamed] knows it.
	Topology Choice
	// Latency is how long packets take, as [fixtures.LatencyNamed] knows it; without a name they take no time. It is what the network is like,
	// not what is wrong with it: it outlasts [Run.Heal].
	Latency Choice
	// NAT is what stands before the nodes, as [fixtures.NATNamed] knows it, and Access what links they have to the network, as
	// [fixtures.AccessNamed] knows it. They outlast [Run.Heal] as well; so do Conditions.
	NAT, Access Choice
	// Conditions are how well the network treats packets beside that: any rule that [fixtures.RuleNamed] knows.
	Conditions Choice
	// Loss is the chance of any packet to be lost, until [Run.Heal], independently of all others. LossModel is another way to lose packets until
	// then, beside or instead of it, as [fixtures.LossNamed] knows it.
	Loss      sim.Chance
	LossModel Choice
	// PermuteTies has the seed decide the order of events of one instant, instead of the order of scheduling.
	PermuteTies bool
	// Churn is who goes and comes, Faults is what goes wrong for a while, and Work what the members are told to do.
	Churn  []Change
	Faults []Fault
	Work   []Op
	// ChurnModel has nodes go and come beside Churn, and after it in an instant, as [fixtures.ChurnNamed] knows it; Traffic is a workload beside
	// and after Work, as [fixtures.WorkloadNamed] knows it. Both are drawn from the seed: as [Scenario.Churning] and [Scenario.Doing] list them.
	// Either may take about 1,000,000 steps, in the mean.
	ChurnModel, Traffic Choice
	// Duration is how long [Run.Play] plays.
	Duration time.Duration
}

// Choice is something out of fixtures, by its name and its integer parameters.
type Choice struct {
	Name   string
	Params []int64
}

// Change is one node going or coming.
type Change struct {
	At   time.Duration
	Node string
	Do   Verb
}

// Fault is something that goes wrong for a while.
type Fault struct {
	// ID is the fault's own name in the scenario. It keys the fault's random numbers: taking one fault out leaves what the others draw.
	ID string
	// Do is what goes wrong.
	Do Verb
	// At is when it begins, and For how long it lasts; 0 lasts until [Run.Heal].
	At, For time.Duration
	// Every has it come and go meanwhile: it is in force for the first half of each such period. 0 is all the time. So a cut flaps, and a
	// node crashes in a loop.
	Every time.Duration
	// Nodes are whom it touches; empty is everybody. For what happens to packets, they are those from or to one of them; for a cut, they are
	// one side, and everybody else is the other; for [Bridge], the first is the bridge and the others are one side; for [Majorities], they are
	// the ring; for [LosePacket], they are the sender and the receiver; for [Reuse], who gives an address up and who takes it.
	Nodes []string
	// Match says which packets what happens to packets may happen to, as [fixtures.Matching] knows it: by what their payloads are. Empty is all.
	Match string
	// Amount is how strong it is: of what happens to packets, the chance of each, in parts per million; of [LoseBurst] that of each slot of time;
	// of [LosePacket] which packet, from 1; of [Mutate] how many packets a second; of [Drift] how much too fast the clocks run, in parts per
	// million, negative for too slow; of [Throttle] how many bits a second; of [FailDisk] the chance of each write, sync or read.
	Amount int64
	// Size is how much of a packet it is about: of [Corrupt] how many bits, of [Truncate] how many bytes at most, of [MTU] the largest IPv4 packet
	// that passes, in bytes.
	Size int64
	// By is by how much: at least, a copy of [Replay] is later; at most, a clock is off under [Skew], either way; exactly, it jumps with [Step], on
	// or back, and a node is busy with each event under [Slow].
	By time.Duration
	// Within bounds by how much [Reorder] holds a packet back, a copy of [Replay] is later, and a timer is late under [LateTimers]; of [LoseBurst]
	// it is the length of a slot, of [Throttle] how long a packet may queue for the link.
	Within time.Duration
	// Disk is what a [Crash] does to disks; empty is [sim.Unsynced]. Of [FailDisk] it is what goes wrong.
	Disk sim.DiskFate
}

// Verb is what a [Change] or a [Fault] does.
type Verb string

// What a change may do. One that has happened already does nothing: a node that is down cannot crash. A node that is to join is absent
// until then, whatever else is to happen to it. Renew and Move listed in one instant make a node come back as somebody else altogether.
const (
	Crash   Verb = "crash"   // the node goes down at once; as a fault, it boots again when the fault ends
	Leave   Verb = "leave"   // the overlay says goodbye with its method Leave(), then the node goes down, for good unless restarted
	Restart Verb = "restart" // the node boots again
	Join    Verb = "join"    // the node boots for the first time
	Move    Verb = "move"    // the node boots again at a new address, after a crash if it is up
	Renew   Verb = "renew"   // the node boots again under a new key, after a crash if it is up
)

// What a fault may do, beside [Crash].
const (
	Lose         Verb = "lose"          // packets are lost
	Duplicate    Verb = "duplicate"     // packets arrive twice
	Reorder      Verb = "reorder"       // packets are held back, each by up to Within, so that others overtake them
	Corrupt      Verb = "corrupt"       // bits of the payloads are flipped
	Truncate     Verb = "truncate"      // the ends of the payloads are cut off
	MTU          Verb = "mtu"           // packets that are too big are lost
	Replay       Verb = "replay"        // packets arrive, and again later
	LoseBurst    Verb = "lose burst"    // all that a node sends another for a while is lost
	Cut          Verb = "cut"           // nothing passes between the two sides
	CutOneWay    Verb = "cut one way"   // nothing passes from the nodes to everybody else
	Bridge       Verb = "bridge"        // nothing passes between the two sides but through the bridge
	Majorities   Verb = "majorities"    // each node sees a majority, and no two see the same: in a ring, its nearest neighbours on both sides
	Isolate      Verb = "isolate"       // nothing passes from or to each of the nodes
	Pause        Verb = "pause"         // the nodes' processes stop
	Slow         Verb = "slow"          // the nodes take their time over each packet and timer
	LateTimers   Verb = "late timers"   // the nodes' timers fire late
	Skew         Verb = "skew"          // the nodes' clocks are off, each by another time
	Step         Verb = "step"          // the nodes' clocks jump, and jump back when the fault ends
	Drift        Verb = "drift"         // the nodes' clocks run too fast or too slow; what they are off by then, they are off until healed
	Throttle     Verb = "throttle"      // the nodes' links have little bandwidth
	Rebind       Verb = "rebind"        // the boxes before the nodes forget all, and get other addresses: at once, and once in each period
	Twin         Verb = "twin"          // each node has a twin: the same overlay with the same identity on another machine
	FailDisk     Verb = "fail disk"     // the nodes' disks lose, tear or refuse what is written, lie, rot or cannot be read, as Disk says
	Reuse        Verb = "reuse address" // a node boots at a new address, and another one at the address that it gave up
	Hold         Verb = "hold"          // packets wait; when the fault ends they arrive, those of each sender and receiver in their order
	HoldShuffled Verb = "hold shuffled" // packets wait; when the fault ends they arrive, in an order drawn by the seed
	LosePacket   Verb = "lose packet"   // one packet is lost: the Amount-th from the first node to the second since the world began
	Mutate       Verb = "mutate"        // an adversary, a node of its own, sends the nodes what [Run.Forge] makes, what it overheard, and both mutated
)

// Op is one operation of the workload: at that time, the node's member does what [Run.On] says Op means, with Arg. A member that is down or
// paused then does nothing.
type Op struct {
	At   time.Duration
	Node string
	Op   string
	Arg  uint64
	// Phase is the part of an experiment that it belongs to: [Mail.Measured] leaves the others out.
	Phase fixtures.Phase
}

// ErrScenario is wrapped by every error about a scenario that cannot be played. The message names the field, its value and what is right.
var ErrScenario = errors.New("harness: impossible scenario")
