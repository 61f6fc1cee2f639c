"""One camera, one process: the doors are built here and sessions are run until somebody says stop."""
