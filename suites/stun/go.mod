module github.com/overlaytest/overlaytest/suites/stun

go 1.26.0

require (
	github.com/overlaytest/overlaytest v0.0.0
	github.com/pion/stun/v3 v3.1.7
)

require (
	github.com/pion/dtls/v3 v3.1.5 // indirect
	github.com/pion/logging v0.2.4 // indirect
	github.com/pion/transport/v4 v4.1.0 // indirect
	github.com/wlynxg/anet v0.0.5 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

replace github.com/overlaytest/overlaytest => ../..
