"""The HTTP service: answers on 127.0.0.1 for programs."""
