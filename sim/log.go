package sim

import (
	"context"
	"log/slog"
)

// logSink is where the nodes' log records go; nil: nowhere.
type logSink = slog.Handler

// LogTo sends what the nodes log to h, with virtual time and the node's name as attribute "node". Without it, logs go nowhere.
func (w *World) LogTo(h slog.Handler) { w.logs = h }

// Log returns the node's logger. Its records carry virtual time.
func (n *Node) Log() *slog.Logger {
	r := n.extra()
	if r.log == nil {
		r.log = slog.New(&nodeLog{n: n})
	}
	return r.log
}

// nodeLog is a handler that dates records by the node's world. What With and WithGroup add is kept until the world has a sink.
type nodeLog struct {
	n    *Node
	with []func(slog.Handler) slog.Handler
}

// Enabled reports whether the world's sink wants records of that level.
func (l *nodeLog) Enabled(ctx context.Context, level slog.Level) bool {
	return l.n.w.logs != nil && l.n.w.logs.Enabled(ctx, level)
}

// Handle passes a record on to the world's sink.
func (l *nodeLog) Handle(ctx context.Context, r slog.Record) error {
	h := l.n.w.logs.WithAttrs([]slog.Attr{slog.String("node", l.n.name)})
	for _, add := range l.with {
		h = add(h)
	}
	r.Time = l.n.w.Now()
	return h.Handle(ctx, r)
}

// WithAttrs returns a handler whose records carry more attributes.
func (l *nodeLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return l.and(func(h slog.Handler) slog.Handler { return h.WithAttrs(attrs) })
}

// WithGroup returns a handler that puts later attributes into a group.
func (l *nodeLog) WithGroup(name string) slog.Handler {
	return l.and(func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
}

func (l *nodeLog) and(add func(slog.Handler) slog.Handler) slog.Handler {
	return &nodeLog{l.n, append(l.with[:len(l.with):len(l.with)], add)}
}
