package quic_test

import (
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
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

func certificate() tls.Certificate {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now(), NotAfter: time.Now().Add(24 * time.Hour), DNSNames: []string{"server"}}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func TestHandshakes(t *testing.T) {
	bubble.Test(t, 1, func(t *testing.T) {
		w := sim.New(1, sim.Latency(20*time.Millisecond), sim.Loss(sim.Percent(1)))
		defer w.Close()
		n := 100
		done := 0
		server := w.Node("server", func(n *sim.Node) {
			bubble.Boot(func(h *bubble.Host, _ []netip.AddrPort) (int, error) {
				c, err := h.ListenPacket("udp", h.Addr().String())
				if err != nil {
					return 0, err
				}
				tr := &quic.Transport{Conn: c}
				l, err := tr.Listen(&tls.Config{Certificates: []tls.Certificate{certificate()}, NextProtos: []string{"echo"}}, nil)
				if err != nil {
					return 0, err
				}
				context.AfterFunc(h.Context(), func() { l.Close(); tr.Close() })
				h.Go(func(ctx context.Context) {
					for {
						conn, err := l.Accept(ctx)
						if err != nil {
							return
						}
						go func() {
							s, err := conn.AcceptStream(ctx)
							if err != nil {
								return
							}
							io.Copy(s, s)
							s.Close()
						}()
					}
				})
				return 0, nil
			})(n, nil)
		})
		at := server.Addrs()[0]
		for i := range n {
			w.Node(fmt.Sprint("client", i), func(n *sim.Node) {
				bubble.Boot(func(h *bubble.Host, _ []netip.AddrPort) (int, error) {
					h.Go(func(ctx context.Context) {
						c, err := h.ListenPacket("udp", ":0")
						if err != nil {
							t.Error(err)
							return
						}
						tr := &quic.Transport{Conn: c}
						defer tr.Close()
						conn, err := tr.Dial(ctx, net.UDPAddrFromAddrPort(at), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"echo"}}, nil)
						if err != nil {
							t.Error(err)
							return
						}
						s, err := conn.OpenStreamSync(ctx)
						if err != nil {
							t.Error(err)
							return
						}
						s.Write([]byte("hello"))
						s.Close()
						b, err := io.ReadAll(s)
						if string(b) != "hello" {
							t.Error(string(b), err)
						}
						conn.CloseWithError(0, "")
						done++
					})
					return 0, nil
				})(n, nil)
			})
		}
		w.Run(time.Minute)
		t.Logf("%d done, digest %#x %d", done, w.Digest(), w.Events())
	})
}
