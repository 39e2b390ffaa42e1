"""The command line as whoever runs a node meets it."""
