package sim

// Twin adds a machine as [World.Node] does, with an address of its own, that takes itself for this node: its stream "identity" yields the same
// numbers, in each of its lives, until [Node.Renew]. So a key that was copied, a backup that was started beside the original, or an attacker who
// stole both. (Twins: Bano, Sonnino, Chursin, Perelman, Li, Ching, Malkhi, "Twins: BFT Systems Made Robust", OPODIS 2021, arXiv 2004.10617.)
func (n *Node) Twin(name string, boot func(*Node), where ...Place) *Node {
	twin := n.w.Node(name, boot, where...)
	twin.extra().twin = n.streamKey("identity")
	return twin
}
