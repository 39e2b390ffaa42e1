"""What everything stands on: time, ids, periods, money, refusals and actors.

Standard library only, and no room above is known here.
"""
