"""The scripts of provisioning/ and the lock files."""
