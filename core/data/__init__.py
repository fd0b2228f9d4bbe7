"""Datasets: how files of headlines come in, are kept, and are looked at."""
