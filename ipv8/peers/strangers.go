package peers

import (
	"slices"

	"github.com/overlaytest/overlaytest/ipv8/keys"
)

// strangers holds the services of peers that are not verified: trackers, for
// one, whose introductions are worth following. It forgets the oldest beyond
// a number, so that a flood of keys costs nothing.
type strangers struct {
	services map[*keys.Public][]Service
	order    []*keys.Public
}

// strangersMost is py-ipv8's size of such caches.
const strangersMost = 500

func (s *strangers) offer(key *keys.Public, id Service) {
	if slices.Contains(s.services[key], id) {
		return
	}
	if s.services == nil {
		s.services = map[*keys.Public][]Service{}
	}
	if _, known := s.services[key]; !known {
		s.order = append(s.order, key)
	}
	s.services[key] = append(s.services[key], id)
	if len(s.order) > strangersMost {
		s.take(s.order[0])
	}
}

func (s *strangers) withdraw(key *keys.Public, id Service) {
	left := slices.DeleteFunc(s.services[key], func(x Service) bool { return x == id })
	if len(left) == 0 {
		s.take(key)
		return
	}
	s.services[key] = left
}

func (s *strangers) offers(key *keys.Public, id Service) bool {
	return slices.Contains(s.services[key], id)
}

// take forgets a key and returns its services.
func (s *strangers) take(key *keys.Public) []Service {
	list, known := s.services[key]
	if known {
		delete(s.services, key)
		i := slices.Index(s.order, key)
		s.order = slices.Delete(s.order, i, i+1)
	}
	return list
}
