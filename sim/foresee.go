package sim

// foresee touches what the events of the run at hand will need. In a large world each of these places is a cache miss; met one by one, event
// after event, they cost their full latency each, while in a tight loop of independent loads the processor waits for many of them at once.
//
//	run:      e₁ e₂ e₃ …                              one loop over packets,
//	packets:  p₁ p₂ p₃ …  (a cache line each)         one over what they point to,
//	nodes:    n₁ n₂ n₃ …  payloads: d₁ d₂ d₃ …        then the events themselves
func (w *World) foresee() {
	w.events.fresh = false
	if w.packets.made+w.timers.made < crowd {
		return
	}
	run := w.events.run[max(w.events.head-1, 0):]
	var touched uint64
	for i := range run {
		switch ref := run[i].ref; ref & refKind {
		case refPacket:
			touched += uint64(w.packets.at(uint32(ref)).size)
		case refTimer:
			touched += uint64(w.timers.at(uint32(ref & timerSlot)).gen)
		}
	}
	for i := range run {
		switch ref := run[i].ref; ref & refKind {
		case refPacket:
			p := w.packets.at(uint32(ref))
			touched += p.to.id
			data := w.payloads.get(p.block, p.size)
			for i := 0; i < len(data); i += cacheLine {
				touched += uint64(data[i])
			}
		case refTimer:
			if n := w.timers.at(uint32(ref & timerSlot)).node; n != nil {
				touched += n.id
			}
		}
	}
	w.touched = touched
}

const (
	// crowd is the number of packets and timers from which on they do not fit the processor's nearer caches.
	crowd     = 1 << 13
	cacheLine = 64 // bytes, at least, on today's processors
)
