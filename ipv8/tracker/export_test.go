package tracker

// Open returns for how many overlays the tracker keeps what answers.
func (t *Tracker) Open() int { return len(t.order) }
