"""A local Argilla with simulated annotators: what `make demo` runs. Not part of the service."""
