package config

import (
	"maps"
	"reflect"

	"github.com/overlaytest/overlaytest/ipv8"
)

// Class is a kind of overlay under the name by which a configuration asks for
// it.
type Class struct {
	name    string
	overlay reflect.Type
	prepare func(path string, init Init) (joiner, error)
}

// joiner makes an overlay run.
type joiner func(s *ipv8.Stack, parts []ipv8.Part) any

// Plain is a class of overlays that need no values to be made.
func Plain[O any](name string, k ipv8.Kind[O]) Class {
	return With(name, func(struct{}) ipv8.Kind[O] { return k })
}

// With is a class of overlays made with values: the "initialize" of a
// configuration fills the fields of the struct V. Their names are those in
// their json tags, or else the Go names in Python's style: "max_hops" is
// MaxHops. Values that are missing are left zero; unknown ones are an error.
func With[O, V any](name string, kind func(initialize V) ipv8.Kind[O]) Class {
	return Class{name, reflect.TypeFor[O](), func(path string, init Init) (joiner, error) {
		var v V
		if err := decode(path, init, reflect.ValueOf(&v).Elem()); err != nil {
			return nil, err
		}
		return func(s *ipv8.Stack, parts []ipv8.Part) any { return ipv8.Join(s, kind(v), parts...) }, nil
	}}
}

// maxPeers is a value that every class takes.
const maxPeers = "max_peers"

// limit returns how many peers the overlay wants.
func (o OverlayDefinition) limit(path string) (ipv8.MaxPeers, error) {
	limit := ipv8.DefaultMaxPeers
	v, ok := o.Initialize[maxPeers]
	if !ok {
		return limit, nil
	}
	err := decode(path+".initialize."+maxPeers, v, reflect.ValueOf(&limit).Elem())
	return limit, err
}

// values returns what is for the class alone.
func (o OverlayDefinition) values() Init {
	if _, ok := o.Initialize[maxPeers]; !ok {
		return o.Initialize
	}
	own := maps.Clone(o.Initialize)
	delete(own, maxPeers)
	return own
}

// method returns the Go name of what is called.
func (call Call) method(path string) (string, error) {
	if len(call) == 0 {
		return "", invalid(path, "empty; the name of a method, and its arguments")
	}
	name, ok := call[0].(string)
	if !ok || goName(name) == "" {
		return "", invalid(path+"[0]", "%v; the name of a method", call[0])
	}
	return goName(name), nil
}

// bind checks a call against the type of an overlay.
func (call Call) bind(path string, overlay reflect.Type) (func(overlay any), error) {
	name, err := call.method(path)
	if err != nil {
		return nil, err
	}
	m, ok := overlay.MethodByName(name)
	if !ok {
		return nil, invalid(path+"[0]", "%q; %v has no method %s", call[0], overlay, name)
	}
	skip := 1 // the receiver
	if overlay.Kind() == reflect.Interface {
		skip = 0
	}
	if want := m.Type.NumIn() - skip; want != len(call)-1 || m.Type.IsVariadic() {
		return nil, invalid(path, "%d arguments; %v.%s has the type %v", len(call)-1, overlay, name, m.Type)
	}
	args := make([]reflect.Value, len(call)-1)
	for i := range args {
		args[i] = reflect.New(m.Type.In(i + skip)).Elem()
		if err := decode(pathAt(path, i+1), call[i+1], args[i]); err != nil {
			return nil, err
		}
	}
	return func(overlay any) { reflect.ValueOf(overlay).MethodByName(name).Call(args) }, nil
}
