package ice_test

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/pion/ice/v4"
)

// letter is what a peer writes at a time, in ns since 1970: both, and up to 1,100 bytes that follow from the time.
func letter(from string, at int64) []byte {
	b := fmt.Appendf(nil, "%s at %d: ", from, at)
	for i := range uint64(at) / 1000 % 1101 {
		b = append(b, byte(uint64(at)*(i+1)*0x9e3779b97f4a7c15>>56))
	}
	return b
}

// write writes a letter every half a second, while the agent says that it is connected.
func (p *peer) write(ctx context.Context) {
	for ctx.Err() == nil {
		if p.status() == ice.ConnectionStateConnected {
			_, _ = p.conn.Write(letter(p.name, time.Now().UnixNano()))
		}
		time.Sleep(500 * time.Millisecond)
	}
}

// read reads letters, and looks whether they are as they were written.
func (p *peer) read(context.Context) {
	b := make([]byte, 1500)
	for {
		n, err := p.conn.Read(b)
		if err != nil {
			return
		}
		var at int64
		if _, err := fmt.Sscanf(string(b[:n]), p.other+" at %d: ", &at); err != nil || !bytes.Equal(b[:n], letter(p.other, at)) {
			p.wrong.CompareAndSwap(nil, new(fmt.Sprintf("%d bytes came that %s has not written: %.40q", n, p.other, b[:n])))
		}
		p.heard.Store(max(p.heard.Load(), at))
	}
}
