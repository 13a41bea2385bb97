#!/usr/bin/env python3
"""Writes the tables of src/CoVR.Modeling/Text/unicode.txt from Python's unicodedata, so that texts become the same tokens whatever ICU a host has."""
import unicodedata

points = [p for p in range(0x110000) if not 0xD800 <= p <= 0xDFFF]
print(f"# Unicode {unicodedata.unidata_version}, written by eng/unicode-tables.py")
print("# D: a code point and its full canonical decomposition (Hangul syllables are computed)")
for point in points:
    parts = unicodedata.normalize("NFD", chr(point))
    if parts != chr(point) and not 0xAC00 <= point <= 0xD7A3:
        print(f"D {point:X}", *(f"{ord(part):X}" for part in parts))


def ranges(values):
    """Runs of (first, last, step, value): each point has the value of the first, or one that grows with it."""
    found = []
    for point, value in values:
        if found:
            last = found[-1]
            gap = point - last[1]
            if last[3] == value and gap in ((last[2],) if last[1] > last[0] else (1, 2)):
                last[1:3] = [point, gap]
                continue
        found.append([point, point, 1, value])
    return found


print("# C: first and last code point, step, canonical combining class (decimal)")
for first, last, step, value in ranges((p, unicodedata.combining(chr(p))) for p in points if unicodedata.combining(chr(p))):
    print(f"C {first:X} {last:X} {step} {value}")

print("# L: first and last code point, step, what is added for the lower-case letter (decimal)")
lower = ((p, ord(chr(p).lower()) - p) for p in points if len(chr(p).lower()) == 1 and chr(p).lower() != chr(p))
for first, last, step, value in ranges(lower):
    print(f"L {first:X} {last:X} {step} {value}")
