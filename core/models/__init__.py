"""Models: the Classifier protocol, the registry, and one module a model."""
