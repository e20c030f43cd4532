"""Pages as values: what is stored, turned into what a visitor reads. Pure; one file per page or part."""
