"""What the service does, one use case a file. They receive the world; `workers.jobs` builds it."""
