"""What BENCHMARKS.md reports. Each module measures one thing and prints a table; none fails on time."""
