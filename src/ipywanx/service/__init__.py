"""How it is asked: the client, its loop, and the jobs that run on it."""
