"""Everything that runs outside the web process: the jobs, the use cases, the command line, the engine."""
