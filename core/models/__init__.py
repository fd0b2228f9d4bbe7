"""Models: the Classifier protocol, one module a model, and the registry that knows them by name."""
