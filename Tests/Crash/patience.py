"""Waiting for what another process does: looked at again and again, because only its files and answers say so."""

import time


def until(holds, seconds, say, every=0.01):
    """What `holds()` gives as soon as it is true of it; fails with `say()` after so many seconds."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {say()}")
        time.sleep(every)
    return found
