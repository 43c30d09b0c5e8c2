"""Experiments run on the benches of the service's tests: an engine, a session, and its log."""

from tests.service.conftest import bench, build, key, until

__all__ = ["bench", "build", "key", "until"]
