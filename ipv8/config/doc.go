// Package config describes a peer as plain data: its keys, the overlays it
// takes part in, and how it finds others there. Start makes it run.
//
// A [Config] is a Go value, JSON with py-ipv8's names, or what a [Builder] puts
// together with the words of py-ipv8's ConfigBuilder:
//
//	b := config.New().ClearKeys().ClearOverlays()
//	b.AddKey("my peer", "medium", "ec1.pem")
//	b.AddOverlay("PingPongCommunity", "my peer", nil, nil, nil, config.Call{"started"})
//	peer, err := config.Start(host, ring, files, config.Must(b.Finalize()), config.Plain("PingPongCommunity", pingPong))
//
// What is wrong with a configuration is an error that names the field.
package config
