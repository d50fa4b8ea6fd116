"""The two doors: the command line and the Python one."""
