package wire_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/overlaytest/overlaytest/ipv8/wire"
)

// typed is a value of the golden vectors; v depends on t.
type typed struct {
	T    string          `json:"t"`
	C    string          `json:"c"`
	V    json.RawMessage `json:"v"`
	Bits string          `json:"bits"`
}

// vector is one case of the files about formats and payloads.
type vector struct {
	Name, Op, Format, Class, Hex, Error, Note string
	MsgID                                     *int `json:"msg_id"`
	Args                                      []typed
	Fields                                    map[string]typed
	Decoded                                   json.RawMessage // a list of values for formats, fields for payloads
	Consumed                                  int
}

func (c vector) bytes() []byte {
	data, err := hex.DecodeString(c.Hex)
	if err != nil {
		panic("vector with bad hex " + c.Hex)
	}
	return data
}

func (c vector) values() (list []typed)           { parse(c.Decoded, &list); return list }
func (c vector) fields() (named map[string]typed) { parse(c.Decoded, &named); return named }
func parse(data json.RawMessage, into any) {
	if err := json.Unmarshal(data, into); err != nil {
		panic(fmt.Sprintf("vector %s: %v", data, err))
	}
}

// vectors are the cases of a file of the golden vectors.
func vectors(t testing.TB, file string) []vector {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	var content struct{ Cases []vector }
	if err := json.Unmarshal(data, &content); err != nil {
		t.Fatal(err)
	}
	if len(content.Cases) == 0 {
		t.Fatalf("%s holds no cases", file)
	}
	return content.Cases
}

func (v typed) str() (s string)   { parse(v.V, &s); return s }
func (v typed) list() (l []typed) { parse(v.V, &l); return l }
func (v typed) blob() []byte      { return vector{Hex: v.str()}.bytes() }
func (v typed) float() float64 {
	bits, err := strconv.ParseUint(v.Bits, 16, 64)
	if err != nil {
		panic("vector with bad float " + v.Bits)
	}
	return math.Float64frombits(bits)
}

// truth is a bool, or any integer as Python sees it.
func (v typed) truth() (b bool) {
	if v.T == "int" {
		return v.str() != "0"
	}
	parse(v.V, &b)
	return b
}

// host is host and port of an address, of a named class or a plain tuple.
func (v typed) host() (host, port string) {
	if v.T == "tuple" {
		l := v.list()
		return l[0].str(), l[1].str()
	}
	var pair [2]any
	parse(v.V, &pair)
	return pair[0].(string), fmt.Sprint(pair[1])
}

// put sets the Go field f to v, or says why no such Go value exists.
func (v typed) put(f reflect.Value) error {
	switch f.Interface().(type) {
	case netip.AddrPort:
		a, err := v.addrPort()
		f.Set(reflect.ValueOf(a))
		return err
	case wire.Address:
		a, err := v.address()
		f.Set(reflect.ValueOf(a))
		return err
	case string:
		if f.SetString(v.str()); v.T == "bytes" {
			f.SetString(string(v.blob()))
		}
		return nil
	case wire.ConnectionType:
		f.SetUint(map[string]uint64{"unknown": 0, "public": 2, "symmetric-NAT": 3}[v.str()])
		return nil
	}
	switch f.Kind() {
	case reflect.Bool:
		f.SetBool(v.truth())
	case reflect.Float32, reflect.Float64:
		if f.OverflowFloat(v.float()) {
			return fmt.Errorf("%w: %g", errNoValue, v.float())
		}
		f.SetFloat(v.float())
	case reflect.Array:
		if reflect.Copy(f, reflect.ValueOf(v.blob())) != f.Len() || len(v.blob()) != f.Len() {
			return fmt.Errorf("%w: %d bytes for %v", errNoValue, len(v.blob()), f.Type())
		}
	case reflect.Slice:
		return v.putSlice(f)
	case reflect.Struct:
		return v.putStruct(f)
	default:
		return v.putNumber(f)
	}
	return nil
}

func (v typed) putNumber(f reflect.Value) error {
	if f.CanUint() {
		n, err := strconv.ParseUint(v.str(), 10, f.Type().Bits())
		f.SetUint(n)
		return err
	}
	n, err := strconv.ParseInt(v.str(), 10, f.Type().Bits())
	f.SetInt(n)
	return err
}

func (v typed) putSlice(f reflect.Value) error {
	if f.Type().Elem().Kind() == reflect.Uint8 {
		if b := v.blob(); len(b) > 0 {
			f.SetBytes(b)
		}
		return nil
	}
	for i, item := range v.list() {
		f.Set(reflect.Append(f, reflect.Zero(f.Type().Elem())))
		if err := item.put(f.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

// putStruct takes a tuple by position and a payload by name.
func (v typed) putStruct(f reflect.Value) error {
	if v.T != "payload" {
		for i, item := range v.list() {
			if err := item.put(f.Field(i)); err != nil {
				return err
			}
		}
		return nil
	}
	var named map[string]typed
	parse(v.V, &named)
	return putFields(f, named)
}

// putFields sets the fields of the struct f, which the vector calls by py-ipv8's names.
func putFields(f reflect.Value, named map[string]typed) error {
	used := 0
	for i := range f.NumField() {
		name := vectorName(f.Type().Field(i).Name)
		v, ok := named[name]
		if !ok {
			continue
		}
		used++
		if err := v.put(f.Field(i)); err != nil {
			return err
		}
	}
	if used < len(named) {
		return fmt.Errorf("%d of %d fields of %v used", used, len(named), f.Type())
	}
	return nil
}

var renamed = strings.NewReplacer("Destination", "destination_address", "SourceLAN", "source_lan_address", "SourceWAN", "source_wan_address",
	"IntroducedLAN", "lan_introduction_address", "IntroducedWAN", "wan_introduction_address", "WalkerLAN", "lan_walker_address",
	"WalkerWAN", "wan_walker_address", "IntroSupportsNewStyle", "intro_supports_new_style", "SupportsNewStyle", "supports_new_style",
	"Connection", "connection_type", "PeerLimitReached", "peer_limit_reached", "Extra", "extra_bytes", "PublicKey", "public_key_bin",
	"GlobalTime", "global_time")

// vectorName is py-ipv8's name of a Go field.
func vectorName(field string) string { return strings.ToLower(renamed.Replace(field)) }

var errNoValue = errors.New("no such value in Go")

func (v typed) addrPort() (netip.AddrPort, error) {
	host, port := v.host()
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%w: %v", errNoValue, err)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%w: %v", errNoValue, err)
	}
	return netip.AddrPortFrom(ip, uint16(n)), nil
}

func (v typed) address() (wire.Address, error) {
	if a, err := v.addrPort(); err == nil {
		return wire.AddressOf(a), nil
	}
	host, port := v.host()
	n, err := strconv.ParseUint(port, 10, 16)
	return wire.Address{Host: host, Port: uint16(n)}, err
}
