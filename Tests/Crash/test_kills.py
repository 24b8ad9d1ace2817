"""The short version of `make crash-test`: each fail point once, and some kills at random instants."""

import pytest

from driver import POINTS, Drive, Plan


def test_each_fail_point_is_survived(tmp_path):
    result = Drive(tmp_path, Plan(kills=len(POINTS) + 2, recipients=1000, random_of_ten=1)).run()
    assert set(POINTS) <= set(result.kills), f"not every point was reached: {result.kills}"
