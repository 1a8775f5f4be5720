package quic_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"

	"github.com/overlaytest/overlaytest/sim/bubble"
)

// certificate makes a certificate, in the bubble's time.
func certificate() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now(), NotAfter: time.Now().Add(24 * time.Hour), DNSNames: []string{"server"}}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

// echo is a program that serves and dials: whoever opens a stream to it gets back what it sends.
type echo struct {
	h         *bubble.Host
	transport *quic.Transport
	met       []netip.AddrPort
	asked     atomic.Int64 // letters that were to be sent
	answered  atomic.Int64 // letters that came back whole
	dialled   atomic.Int64 // connections begun
	failed    atomic.Pointer[error]
	wrong     atomic.Pointer[string]
}

func start(h *bubble.Host, met []netip.AddrPort) (*echo, error) {
	conn, err := h.ListenPacket("udp", h.Addr().String())
	if err != nil {
		return nil, err
	}
	own, err := certificate()
	if err != nil {
		return nil, err
	}
	e := &echo{h: h, transport: &quic.Transport{Conn: conn}, met: met}
	listener, err := e.transport.Listen(&tls.Config{Certificates: []tls.Certificate{own}, NextProtos: []string{"echo"}}, nil)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(h.Context(), func() {
		_ = listener.Close()
		_ = e.transport.Close()
	})
	h.Go(func(ctx context.Context) {
		for {
			c, err := listener.Accept(ctx)
			if err != nil {
				return
			}
			go serve(ctx, c)
		}
	})
	return e, nil
}

// serve sends back what comes on each stream of a connection.
func serve(ctx context.Context, c *quic.Conn) {
	for {
		s, err := c.AcceptStream(ctx)
		if err != nil {
			return
		}
		go func() {
			_, _ = io.Copy(s, s)
			_ = s.Close()
		}()
	}
}

// letter is what is sent as the n-th: of up to 64 KiB.
func letter(n uint64) []byte {
	b := make([]byte, 1+n*7919%(64<<10))
	for i := range b {
		b[i] = byte(n * uint64(i+1) * 0x9e3779b97f4a7c15 >> 56)
	}
	return b
}

// write sends a letter to a peer until it comes back, on a new connection each time one fails.
func (e *echo) write(n uint64) {
	if len(e.met) == 0 {
		return
	}
	e.asked.Add(1)
	e.h.Go(func(ctx context.Context) {
		for ctx.Err() == nil {
			back, err := e.exchange(ctx, e.met[n%uint64(len(e.met))], letter(n))
			if err == nil && !bytes.Equal(back, letter(n)) {
				e.wrong.Store(new(fmt.Sprintf("letter %d has %d bytes; %d came back, others", n, len(letter(n)), len(back))))
			}
			if err == nil {
				e.answered.Add(1)
				return
			}
			e.failed.Store(&err)
			time.Sleep(time.Second)
		}
	})
}

// waits is how many letters and handshakes it waits for.
func (e *echo) waits() int { return int(e.asked.Load() - e.answered.Load()) }

// why is why the latest exchange that failed has, nil if none has.
func (e *echo) why() error {
	if err := e.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// shake shakes hands with a peer, again and again until it succeeds.
func (e *echo) shake() {
	e.asked.Add(1)
	e.h.Go(func(ctx context.Context) {
		for ctx.Err() == nil {
			if c, err := e.dial(ctx, e.met[0]); err == nil {
				c.CloseWithError(0, "")
				e.answered.Add(1)
				return
			}
			time.Sleep(time.Second)
		}
	})
}

// dial makes a connection, whose handshake is over.
func (e *echo) dial(ctx context.Context, to netip.AddrPort) (*quic.Conn, error) {
	e.dialled.Add(1)
	return e.transport.Dial(ctx, net.UDPAddrFromAddrPort(to), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"echo"}}, nil)
}

// exchange sends bytes on a stream of a connection of its own, and returns what comes back.
func (e *echo) exchange(ctx context.Context, to netip.AddrPort, sent []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	c, err := e.dial(ctx, to)
	if err != nil {
		return nil, err
	}
	defer c.CloseWithError(0, "")
	s, err := c.OpenStreamSync(ctx)
	if err != nil {
		return nil, err
	}
	go func() {
		_, _ = s.Write(sent)
		_ = s.Close()
	}()
	return io.ReadAll(s)
}
