"""What strangers, neighbours and broken programs send, against a node on a real socket."""
