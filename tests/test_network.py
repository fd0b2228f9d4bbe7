"""A route is looked up, and nothing is sent."""

import socket

from core import network


def test_a_machine_without_a_network_has_no_route(monkeypatch):
    def unreachable(self, address):
        raise OSError(101, "Network is unreachable")

    with monkeypatch.context() as patch:
        patch.setattr(network.socket, "socket", type("Line", (socket.socket,), {"connect": unreachable}))
        assert not network.has_route()
    # The own machine is always there.
    monkeypatch.setattr(network, "ELSEWHERE", ((socket.AF_INET, "127.0.0.1"),))
    assert network.has_route()
