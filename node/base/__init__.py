"""What everything stands on: time, ids, periods, money, refusals and actors. Standard library only."""
