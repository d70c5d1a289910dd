"""The daemon on the paper exchange: real ccxt, real sockets, a made-up market, no account."""
