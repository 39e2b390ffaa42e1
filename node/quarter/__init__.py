"""The quarter itself: its houses, its desk's hours, closures, house rules and waste dates."""
