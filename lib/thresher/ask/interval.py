"""How sure a share is that was counted in a sample."""

from math import sqrt

_Z = 1.959963984540054  # 95 % of a normal distribution lie within so many standard deviations


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval, 0 to 1, of a share of which `part` of `whole` independent cases are seen; 0 to 1 for no case.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference", with the form of Brown,
    Cai and DasGupta 2001, section 3.1.1.

    >>> [round(end, 4) for end in wilson(9, 10)], wilson(0, 0)
    ([0.5958, 0.9821], (0.0, 1.0))
    """
    if whole == 0:
        return 0.0, 1.0
    share, weight = part / whole, _Z**2 / whole
    middle = (share + weight / 2) / (1 + weight)
    half = _Z * sqrt(share * (1 - share) / whole + weight / (4 * whole)) / (1 + weight)
    # Where none or all were seen the one end is 0 or 1, which rounding shall not pass.
    return max(0.0, middle - half) if part else 0.0, min(1.0, middle + half) if part < whole else 1.0


def share_within(part: int, whole: int) -> str:
    """A share in percent with its interval.

    >>> share_within(9, 10), share_within(0, 0)
    ('90.0 % (59.6 to 98.2)', '-')
    """
    if whole == 0:
        return "-"
    low, high = wilson(part, whole)
    return f"{100 * part / whole:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
