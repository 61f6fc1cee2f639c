"""How plates are written in the countries that this program may meet: a table.

In a pattern `9` is a digit, `1` a digit that is not 0, `A` a letter, a lower-case letter one of its country's
classes: one of some characters or, where the class is a list of words, one of some codes. A space is a gap, a dash or
an emblem between two groups; where none is, nothing is known of gaps. Anything else is itself.

The number beside a pattern is the share of the country's plates that follow it; rare series stand apart. Series and
shares are common knowledge and guesses, checked against labelled pictures of some sixty countries, not against the
laws. Series that are not here have no region; that is an answer too.
"""

from anprd.plates.formats import europe, world

COUNTRIES = (*europe.COUNTRIES, *world.COUNTRIES)
