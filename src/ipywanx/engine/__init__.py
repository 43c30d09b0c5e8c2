"""How is a request answered with no network?

An ASGI app that speaks the service's protocol and really processes the picture. It is called
in-process, or served over HTTP by ``python -m ipywanx serve``; see :mod:`ipywanx.engine.app`.
"""
