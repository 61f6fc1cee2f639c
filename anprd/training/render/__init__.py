"""Pictures made, not taken: plates of many countries, crops of them, and whole scenes, each with its exact truth.

Nothing here needs a file from outside: where no typefaces are given, plates are lettered in a typeface of our own.
"""
