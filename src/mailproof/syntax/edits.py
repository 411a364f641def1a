"""How many slips of the keys lie between two words. Pure."""

from __future__ import annotations


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters were left out, put in, exchanged or swapped with the next; more than `most` counts alike.

    That is the distance of Damerau and Levenshtein in the form of optimal string alignment.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    rows = [list(range(len(other) + 1))]
    for place, letter in enumerate(one, 1):
        last, row = rows[-1], [place]
        for at, wanted in enumerate(other, 1):
            cost = min(last[at] + 1, row[at - 1] + 1, last[at - 1] + (letter != wanted))
            if place > 1 and at > 1 and letter == other[at - 2] and one[place - 2] == wanted:
                cost = min(cost, rows[-2][at - 2] + 1)
            row.append(cost)
        if min(row) > most and min(last) > most - 1:
            return most + 1
        rows.append(row)
    return min(rows[-1][-1], most + 1)
