package bubble_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/overlaytest/overlaytest/sim"
	"github.com/overlaytest/overlaytest/sim/bubble"
)

// web is a program that serves HTTP and asks others, with net/http as it is.
type web struct {
	server http.Server
	client http.Client
}

func startWeb(h *bubble.Host, _ []netip.AddrPort) (*web, error) {
	l, err := h.Listen("tcp", ":80")
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /double", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(append(body, body...))
	})
	mux.HandleFunc("GET /never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	s := &web{server: http.Server{Handler: mux}, client: http.Client{Transport: &http.Transport{DialContext: h.DialContext}}}
	h.Go(func(context.Context) { _ = s.server.Serve(l) })
	context.AfterFunc(h.Context(), func() {
		_ = s.server.Close()
		s.client.CloseIdleConnections()
	})
	return s, nil
}

func (s *web) double(name string, sent []byte) error {
	r, err := s.client.Post("http://"+name+"/double", "text/plain", bytes.NewReader(sent))
	if err != nil {
		return err
	}
	defer r.Body.Close()
	got, err := io.ReadAll(r.Body)
	if err == nil && !bytes.Equal(got, append(sent, sent...)) {
		return fmt.Errorf("%d bytes came back for %d", len(got), len(sent))
	}
	return err
}

// webs plays a world of two.
func webs(t *testing.T) (digest uint64) {
	bubble.Test(t, 1, func(t *testing.T) {
		w := sim.New(1, sim.Latency(20*time.Millisecond), sim.Loss(sim.Percent(2)))
		defer w.Close()
		var made [2]*web
		for i := range made {
			w.Node(fmt.Sprint("web", i), func(n *sim.Node) { made[i] = bubble.Boot(startWeb)(n, nil) })
		}
		w.Run(time.Second)
		err := bubble.Do(w, time.Hour, func() error {
			for size := 1; size <= 1<<20; size <<= 4 {
				if err := made[0].double("web1", make([]byte, size)); err != nil {
					return err
				}
			}
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://web1/never", nil)
			if _, err := made[0].client.Do(r); !errors.Is(err, context.DeadlineExceeded) {
				return fmt.Errorf("a request nobody answers: %w", err)
			}
			return made[1].server.Shutdown(context.Background())
		})
		if err != nil {
			t.Error(err)
		}
		digest = w.Digest()
	})
	return digest
}

func TestHTTPAsItIs(t *testing.T) {
	first := webs(t)
	if second := webs(t); bubble.Exact && second != first {
		t.Errorf("the digest is %#x the second time, and was %#x", second, first)
	}
}
