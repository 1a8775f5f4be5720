package main

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// shown is an event of a history with its payload as a text, of a long one what stands where it differs from the other's.
func shown(event, other string) string {
	head, data, has := payload(event)
	if !has {
		return event
	}
	_, rival, _ := payload(other)
	first := 0
	for first < min(len(data), len(rival)) && data[first] == rival[first] {
		first++
	}
	from := max(0, first-before)
	to := min(len(data), from+mostShown)
	return head + " " + dots(from > 0) + fmt.Sprintf("%q", data[from:to]) + dots(to < len(data))
}

// Of a payload that is longer than mostShown bytes, those are shown, the first different one among them: before it are so many more.
const before, mostShown = 20, 60

func dots(more bool) string {
	if more {
		return "…"
	}
	return ""
}

// payload cuts the payload out of an event, if it has one.
func payload(event string) (rest string, data []byte, has bool) {
	const name = `,"data":"`
	head, tail, has := strings.Cut(event, name)
	text, tail, _ := strings.Cut(tail, `"`)
	data, err := hex.DecodeString(text)
	return head + tail, data, has && err == nil
}
