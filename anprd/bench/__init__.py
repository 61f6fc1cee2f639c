"""How fast it is here: what each stage costs, how many live cameras the machine carries, and what the baseline takes.

Cameras are real ones to the daemon: rendered films over RTSP, each plate of which is known. Nothing imports this room
but the command line.
"""
