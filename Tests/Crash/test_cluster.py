"""The short version of `make cluster-test`: what happens to three nodes at once, within one campaign."""

import pytest

pytest.importorskip("psycopg")

from cluster import CONNECTIONS, Cluster, Plan


def test_three_nodes_survive_a_kill_a_standstill_and_a_power_cut_of_the_database(tmp_path):
    plan = Plan(recipients=1000, answer=0.12, seed=5)
    with Cluster(tmp_path, plan) as cluster:
        stopped, killed, living = cluster.nodes
        cluster.start_campaign()
        cluster.await_accepted(100)
        since, epoch = cluster.stand_still(stopped)
        gone = cluster.epoch_of(killed)
        cluster.die(killed)
        # Nobody is in their way meanwhile: what waits goes on.
        cluster.await_accepted(50)
        cluster.await_taken_over(since, [epoch, gone])
        cluster.server.restart("immediate")
        cluster.wake_after(stopped, since)
        killed.start()
        cluster.come_to_rest()
        cluster.audit("at the end")
        cluster.compare_pages()
        figures = cluster.result.figures
        assert figures["messages delivered"] + figures["messages unknown"] + figures["messages failed"] == 1000
        assert figures["duplicates"] == 0 and cluster.result.ambiguous <= 2 * CONNECTIONS


def test_a_synchronous_standby_takes_over_and_nothing_that_was_promised_is_missing(tmp_path):
    with Cluster(tmp_path, Plan(rounds=1, recipients=600, answer=0.12, seed=3, troubles=("failover",))) as cluster:
        result = cluster.run()
        figures = result.figures
        assert figures["messages delivered"] + figures["messages unknown"] + figures["messages failed"] == 600
        assert figures["duplicates"] == 0
