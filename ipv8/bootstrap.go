package ipv8

// Bootstrapper meets the first peers of a community, and keeps in touch with
// whoever introduces them.
type Bootstrapper interface {
	// Bootstrap is called when nobody is known. It may be called often.
	Bootstrap(c *Community)
	// KeepAlive is called now and then though peers are known, so that islands
	// find each other.
	KeepAlive(c *Community)
}

// AddBootstrapper gives the community another bootstrapper. One that is a Part
// calls it when it is attached.
func (c *Community) AddBootstrapper(b Bootstrapper) { c.bootstrappers = append(c.bootstrappers, b) }

// Bootstrap has every bootstrapper look for peers.
func (c *Community) Bootstrap() {
	for _, b := range c.bootstrappers {
		b.Bootstrap(c)
	}
}

// keepAliveIn: one in so many searches for peers goes to the bootstrappers.
const keepAliveIn = 20

// Introduce looks for new peers: it asks one of those known, drawn at random,
// for an introduction. Now and then, one time in twenty, the bootstrappers are
// asked instead; and always if nobody is known.
func (c *Community) Introduce() error {
	if c.random == nil {
		c.random = c.Rand("introduce")
	}
	if c.PeerCount() == 0 {
		c.Bootstrap()
		return nil
	}
	if len(c.bootstrappers) > 0 && c.random.IntN(keepAliveIn) == 0 {
		for _, b := range c.bootstrappers {
			b.KeepAlive(c)
		}
		return nil
	}
	_, err := c.Request(c.stack.table.Pick(c.id, c.random, nil))
	return err
}
