package report

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// The page, in tenths of a pixel. All coordinates are integers, so that the picture is the same on every machine.
//
//	left          right
//	 │  time panels  │ legend
//	 │  …            │
//	 │ latency │ degrees
const (
	pixel     = 10
	pageWidth = 960 * pixel
	left      = 64 * pixel
	right     = 724 * pixel
	legendX   = 736 * pixel
	gap       = 46 * pixel // between panels, with the title of the next
	panelHigh = 104 * pixel
)

// style has every colour twice: for light pages and for dark ones. The hues are those of Okabe and Ito, which people tell apart who see colours
// differently; s0 to s6 are series, s7 is the rest.
const style = `
text{font:11px system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;fill:#4b5160}
.h{font-size:18px;font-weight:600}.p{font-size:12.5px;font-weight:600}.h,.p,.n{fill:#1c2029}
.bg{fill:#fff}.g{stroke:#e4e7ec;fill:none}.x{stroke:#8d94a1;fill:none}.f{fill:#c2410c;fill-opacity:.08}
.b{fill:#c2410c;fill-opacity:.24;stroke:#c2410c;stroke-opacity:.8}.d{fill:#4b5160;fill-opacity:.2;stroke:#4b5160;stroke-opacity:.7}
.r{fill-opacity:.2;stroke:none}.l{fill:none;stroke-width:1.8;stroke-linejoin:round}
.s0{fill:#0072b2}.s1{fill:#e69f00}.s2{fill:#009e73}.s3{fill:#d55e00}.s4{fill:#cc79a7}.s5{fill:#56b4e9}.s6{fill:#8f8300}.s7{fill:#8d94a1}
.l0{stroke:#0072b2}.l1{stroke:#e69f00}.l2{stroke:#009e73}.l3{stroke:#d55e00}.l4{stroke:#cc79a7}
@media(prefers-color-scheme:dark){
text{fill:#b4bac6}.h,.p,.n{fill:#eef0f4}.bg{fill:#14171d}.g{stroke:#2b303a}.x{stroke:#6d7583}
.f{fill:#fb923c;fill-opacity:.11}.b{fill:#fb923c;fill-opacity:.28;stroke:#fb923c}.d{fill:#b4bac6;stroke:#b4bac6}
.s0{fill:#4aa8e0}.s3{fill:#f0793a}.s6{fill:#d6c836}.l0{stroke:#4aa8e0}.l3{stroke:#f0793a}}
`

// SVG draws the world as a page of plots: over a common axis of time what was in force, the curves that were followed, the nodes up, packets
// sent and lost a second; below them, how long packets and messages took and the answers that the first curve ended with. What there
// is nothing of is left out. The page follows its reader's light or dark scheme, and has the text of [Summary.String] for those who cannot see it.
func (s *Summary) SVG() []byte {
	c := &canvas{y: 64 * pixel}
	p := s.plan()
	p.lanes(c)
	for _, curve := range s.Curves[:min(len(s.Curves), mostCurves)] {
		p.curve(c, fmt.Sprintf("%s: mean over members, and from least to most", capital(curve.Name)), curve.Points, 0)
	}
	if s.Recorded {
		p.curve(c, fmt.Sprintf("Nodes up, of %s%s", number(uint64(s.Nodes)), s.comings()), s.NodesUp, 2)
		p.rates(c, "Packets sent a second, by kind", s.sending())
		p.rates(c, "Packets lost a second, by reason", s.losing())
		p.timeAxis(c)
	}
	s.spreads(c)
	return c.page(s)
}

// mostCurves is how many curves a page has.
const mostCurves = 4

// canvas is the page while it is drawn.
type canvas struct {
	strings.Builder
	y int // where the next panel begins
}

// add writes an element.
func (c *canvas) add(format string, args ...any) { fmt.Fprintf(c, format+"\n", args...) }

// page is the whole file.
func (c *canvas) page(s *Summary) []byte {
	name := "World of seed " + s.Seed.String()
	if s.Name != "" {
		name = s.Name
	}
	var b strings.Builder
	high := at(c.y + 8*pixel)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="%s" viewBox="0 0 960 %s" role="img">`+"\n", high, high)
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n<style>%s</style>\n", escape(name), escape(s.String()), style)
	fmt.Fprintf(&b, `<rect class="bg" width="960" height="%s"/>`+"\n", high)
	fmt.Fprintf(&b, `<text class="h" x="24" y="32">%s</text>`+"\n", escape(cut(name, 90)))
	facts := fmt.Sprintf("%s · %v of virtual time · %s · seed %v · digest %v", amount(uint64(s.Nodes), "node"), s.Elapsed, amount(s.Events, "event"), s.Seed, s.Digest)
	if !s.Recorded {
		facts += " · not recorded"
	}
	fmt.Fprintf(&b, `<text x="24" y="50">%s</text>`+"\n", escape(facts))
	b.WriteString(c.String())
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// at writes a coordinate in pixels.
func at(tenths int) string {
	if tenths%pixel == 0 {
		return fmt.Sprint(tenths / pixel)
	}
	sign := ""
	if tenths < 0 {
		sign, tenths = "-", -tenths
	}
	return fmt.Sprintf("%s%d.%d", sign, tenths/pixel, tenths%pixel)
}

// text writes words; the class may be "". Anchor is start, middle or end.
func (c *canvas) text(class string, x, y int, anchor, words string) {
	attributes := ""
	if class != "" {
		attributes = fmt.Sprintf(` class="%s"`, class)
	}
	if anchor != "start" {
		attributes += fmt.Sprintf(` text-anchor="%s"`, anchor)
	}
	c.add(`<text%s x="%s" y="%s">%s</text>`, attributes, at(x), at(y), escape(words))
}

// line draws a straight line.
func (c *canvas) line(class string, x1, y1, x2, y2 int) {
	c.add(`<path class="%s" d="M%s %sL%s %s"/>`, class, at(x1), at(y1), at(x2), at(y2))
}

// rect draws a rectangle.
func (c *canvas) rect(class string, x, y, wide, high int) {
	c.add(`<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`, class, at(x), at(y), at(wide), at(high))
}

// escape makes words fit for XML: what it cannot hold, such as control characters, becomes U+FFFD.
func escape(words string) string {
	return html.EscapeString(strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= ' ' && r < 0xfffe || r > 0xffff {
			return r
		}
		return utf8.RuneError
	}, strings.ToValidUTF8(words, "\ufffd")))
}

// cut shortens words to a number of letters.
func cut(words string, most int) string {
	if letters := []rune(words); len(letters) > most {
		return string(letters[:max(most-1, 0)]) + "…"
	}
	return words
}

// capital begins words with a large letter, if they begin with a small one of ASCII.
func capital(words string) string {
	if words != "" && words[0] >= 'a' && words[0] <= 'z' {
		return string(words[0]-'a'+'A') + words[1:]
	}
	return words
}
