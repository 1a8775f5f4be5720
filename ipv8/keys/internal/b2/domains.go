package b2

import "encoding/asn1"

// The domain parameters, from SEC 2 version 2 and FIPS 186-4.
var (
	sect163k1 = &domain{
		name:     "sect163k1",
		oid:      asn1.ObjectIdentifier{1, 3, 132, 0, 1},
		field:    field{163},
		a:        1,
		b:        "1",
		x:        "02fe13c0537bbc11acaa07d793de4e6d5e5c94eee8",
		y:        "0289070fb05d38ff58321f2e800536d538ccdaa3d9",
		order:    "4000000000000000000020108a2e0cc0d99f8a5ef",
		cofactor: 2,
	}
	sect233k1 = &domain{
		name:     "sect233k1",
		oid:      asn1.ObjectIdentifier{1, 3, 132, 0, 26},
		field:    field{233},
		a:        0,
		b:        "1",
		x:        "017232ba853a7e731af129f22ff4149563a419c26bf50a4c9d6eefad6126",
		y:        "01db537dece819b7f70f555a67c427a8cd9bf18aeb9b56e0c11056fae6a3",
		order:    "8000000000000000000000000000069d5bb915bcd46efb1ad5f173abdf",
		cofactor: 4,
	}
	sect409k1 = &domain{
		name:  "sect409k1",
		oid:   asn1.ObjectIdentifier{1, 3, 132, 0, 36},
		field: field{409},
		a:     0,
		b:     "1",
		x: "0060f05f658f49c1ad3ab1890f7184210efd0987e307c84c27accfb8f9f67cc2c460189eb5aaaa62" +
			"ee222eb1b35540cfe9023746",
		y: "01e369050b7c4e42acba1dacbf04299c3460782f918ea427e6325165e9ea10e3da5f6c42e9c55215" +
			"aa9ca27a5863ec48d8e0286b",
		order: "7ffffffffffffffffffffffffffffffffffffffffffffffffffe5f83b2d4ea20400ec4557d5ed3e3" +
			"e7ca5b4b5c83b8e01e5fcf",
		cofactor: 4,
	}
	sect571k1 = &domain{
		name:  "sect571k1",
		oid:   asn1.ObjectIdentifier{1, 3, 132, 0, 38},
		field: field{571},
		a:     0,
		b:     "1",
		x: "026eb7a859923fbc82189631f8103fe4ac9ca2970012d5d46024804801841ca44370958493b205e6" +
			"47da304db4ceb08cbbd1ba39494776fb988b47174dca88c7e2945283a01c8972",
		y: "0349dc807f4fbf374f4aeade3bca95314dd58cec9f307a54ffc61efc006d8a2c9d4979c0ac44aea7" +
			"4fbebbb9f772aedcb620b01a7ba7af1b320430c8591984f601cd4c143ef1c7a3",
		order: "20000000000000000000000000000000000000000000000000000000000000000000000131850e1f" +
			"19a63e4b391a8db917f4138b630d84be5d639381e91deb45cfe778f637c1001",
		cofactor: 4,
	}
	sect571r1 = &domain{
		name:  "sect571r1",
		oid:   asn1.ObjectIdentifier{1, 3, 132, 0, 39},
		field: field{571},
		a:     1,
		b: "02f40e7e2221f295de297117b7f3d62f5c6a97ffcb8ceff1cd6ba8ce4a9a18ad84ffabbd8efa5933" +
			"2be7ad6756a66e294afd185a78ff12aa520e4de739baca0c7ffeff7f2955727a",
		x: "0303001d34b856296c16c0d40d3cd7750a93d1d2955fa80aa5f40fc8db7b2abdbde53950f4c0d293" +
			"cdd711a35b67fb1499ae60038614f1394abfa3b4c850d927e1e7769c8eec2d19",
		y: "037bf27342da639b6dccfffeb73d69d78c6c27a6009cbbca1980f8533921e8a684423e43bab08a57" +
			"6291af8f461bb2a8b3531d2f0485c19b16e2f1516e23dd3c1a4827af1b8ac15b",
		order: "3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe661ce18f" +
			"f55987308059b186823851ec7dd9ca1161de93d5174d66e8382e9bb2fe84e47",
		cofactor: 2,
	}
)
