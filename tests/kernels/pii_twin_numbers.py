"""What the kernels take for a card or a phone number, in plain Python: see `pii_twin`."""

import re

Span = tuple[int, int, str]
Group = tuple[int, int, str]  # start, end, the separator before: one of " -./()"
W = "A-Za-z0-9_é٣"  # what makes a word, in the shadow of a text
SIGN = {" ": " ", "-": "-", ".": ".", "/": "/", "\xa0": " ", "\u2010": "-", "\u2011": "-"}


def words(*written: str) -> re.Pattern[str]:
    """Phrases in which a blank is any edge of a word."""
    return re.compile("|".join(phrase.encode().decode("latin-1") for phrase in written))


def said(text: str, at: int, window: int, phrases: re.Pattern[str]) -> bool:
    """Whether one of the phrases stands in so many bytes before."""
    return bool(phrases.search(f" {folded(text[:at].encode()[-window:])} "))


def folded(shown: bytes) -> str:
    """Bytes in lower case, with all of ASCII that is no letter as a blank, as characters of the same number."""
    lower = shown.decode("latin-1").translate({n: n + 32 for n in range(65, 91)})
    return re.sub("[^a-z\x80-\xff]", " ", lower)


CARDS = words("card", " visa ", "maestro", "debit", "credit", " cc ", "karte", "carte", "tarjeta", "carta")
BEFORE = words(
    *("phone", " tel ", " tél ", "telef", "téléf", "teléf", " ph ", "mobil", "móvil", " mob ", " cell ", "cellul"),
    *("celular", " fax", " call ", " calling ", " dial ", "whatsapp", "hotline", " sms ", "telegram", " viber "),
    *("телеф", "Телеф", " тел ", " Тел ", "电话", "電話", "手机", "전화"),
)
BEFORE_GROUPS = words("answer", " text ", "message", "contact")
AFTER = words(" phone", " tel ", " telephone", " mobile", " cell ", " fax", " office ")
ISSUERS = (  # prefix, lengths, whether it must be named
    *(("4", (16, 19), 0), ("5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720", (16,), 0), ("3[47]", (15,), 0)),
    *(("30[0-5]|3095|36|38|39", (14,), 0), ("6011|64[4-9]|65", (16, 19), 0), ("62", (16, 17, 18, 19), 0)),
    *(("352[89]|35[3-8]", (16,), 0), ("4", (13,), 1), ("35", (16,), 1), ("1800|2131", (15,), 1)),
    ("50|56|57|58|6304|6759|676[123]|0604", tuple(range(12, 20)), 1),
)
LAYOUTS = ([4, 4, 4, 4, 3], [4, 4, 4, 4], [4, 6, 5], [4, 6, 4])


def chain(seen: str, taken: int, at: int) -> list[Group]:
    groups, i, separator = list[Group](), at, ""
    opened = bool(re.search(r"\(\+?\Z", seen[taken:at]) and re.match(r"[0-9]+\)", seen[at:]))
    sign = "[-. /\xa0\u2010\u2011]"
    while True:
        stop = i + len(re.match("[0-9]+", seen[i:]).group())  # type: ignore[union-attr]
        groups.append((i, stop, separator))
        follows = rf"\){sign}?(?=[0-9])" if opened else rf"{sign}?\((?=[0-9]+\))|{sign}(?=[0-9])"
        joined = re.match(follows, seen[stop:])
        if len(groups) == 9 or not joined:
            return groups
        separator = next((bracket for bracket in "()" if bracket in joined.group()), "") or SIGN[joined.group()]
        opened, i = separator == "(", stop + joined.end()


def begins_alone(seen: str, at: int) -> bool:
    return not re.search(rf"(?:[{W}@+]|[{W}][-./]|[0-9]:)\Z", seen[:at])


def ends_alone(seen: str, at: int) -> bool:
    return not re.match(rf"[{W}@%]|[-./:][0-9]", seen[at:])


def follows_digit(seen: str, at: int) -> bool:
    return bool(re.search(r"[0-9] \Z", seen[:at]))


def card(text: str, seen: str, groups: list[Group]) -> int | None:
    start = groups[0][0]
    if not begins_alone(seen, start):
        return None
    sizes, signs = [stop - begin for begin, stop, _ in groups], [sign for *_, sign in groups]
    for layout in (sizes[:1], *LAYOUTS):
        parts = len(layout)
        if parts > 1 and (sizes[:parts] != layout or not set(signs[1:parts]) < {" ", "-"}):
            continue
        if parts > 1 and (len(groups) > parts + 1 or follows_digit(seen, start)):
            continue
        digits = "".join(seen[begin:stop] for begin, stop, _ in groups[:parts])
        if is_card(text, start, digits) and ends_alone(seen, groups[parts - 1][1]):
            return groups[parts - 1][1]
    return None


def is_card(text: str, start: int, digits: str) -> bool:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(digits, len(digits) % 2))
    if sum(value - 9 if value > 9 else value for value in doubled) % 10:
        return False
    named = said(text, start, 40, CARDS)
    return any(
        re.match(prefix, digits) and len(digits) in lengths and named >= needed for prefix, lengths, needed in ISSUERS
    )


def phone(text: str, seen: str, taken: int, groups: list[Group]) -> Span | None:
    first, n = groups[0][0], len(groups)
    sign = seen[first - 1] if first > taken else ""
    start = first - 1 if sign == "+" or (sign == "(" and n > 1 and groups[1][2] == ")") else first
    if not begins_alone(seen, start):
        return None
    written = "".join(sign + seen[begin:stop] for begin, stop, sign in groups)
    parts = american(written, groups, seen, start)
    if not parts and n < 9 and not follows_digit(seen, start):
        whole = is_international(sign, written) if sign == "+" else is_plain(text, seen, start, groups, written, first)
        parts = n if whole else 0
    if not parts:
        return None
    stop = groups[parts - 1][1]
    extension = re.match("(?i:,? ?(?:x|ext[.]? ?)[0-9]{1,6})(?![0-9])", seen[stop:])
    if extension and ends_alone(seen, stop + extension.end()):
        return start, stop + extension.end(), "phones"
    return (start, stop, "phones") if ends_alone(seen, stop) else None


def american(written: str, groups: list[Group], seen: str, start: int) -> int:
    found = re.match(r"(1[^0-9/])?[2-9]\d\d([^0-9(])[2-9]\d\d([^0-9(/])\d{4}(?!\d)(.?)", written)
    if not found:
        return 0
    parts = 4 if found[1] else 3
    if found[2] == found[3] == " ":
        return parts if not found[4] and not follows_digit(seen, start) else 0
    return parts if found[4] in ("", " ", "(") else 0


def is_decimal(written: str) -> bool:
    return bool(re.fullmatch(r"\d+\.\d+", written))


def is_international(sign: str, written: str) -> bool:
    sizes = [len(group) for group in re.findall(r"\d+", written)]
    trunk = bool(re.match(r"\d+\(\d\D", written + " "))
    if "/" in written or min(sizes[3:], default=2) < 2 or sizes[-1] < 2:
        return False
    if sign == "+":
        return written[0] != "0" and 8 <= sum(sizes) - trunk <= 15 and not is_decimal(written)
    zeros = bool(re.match(r"00\D?[1-9]", written))
    return zeros and len(sizes) > 2 and 11 <= sum(sizes) - trunk <= 17 and bool(re.search("[2-9]", written))


def is_plain(text: str, seen: str, start: int, groups: list[Group], written: str, first: int) -> bool:
    sizes = [stop - begin for begin, stop, _ in groups]
    digits = sum(sizes)
    social = sizes == [3, 2, 4]
    if is_international("", written):
        return True
    national = written[0] == "0" and seen[first + 1] != "0" and 9 <= digits <= 11 and len(sizes) > 1
    if national and min(sizes) > 1 and "(" not in written and not is_decimal(written) and not social:
        slash = "/" not in written or (written.count("/") == 1 and written.index("/") == sizes[0] >= 3)
        if slash and re.search("[2-9]", written):
            return True
    if start < first and 9 <= digits <= 11 and [len(sizes), sizes[-1]] == [3, 4]:
        if sizes[0] in (2, 3) and sizes[1] in (3, 4, 5):
            return True
    if not 7 <= digits <= 13 or is_decimal(written) or social or (len(sizes) > 1 and min(sizes) < 2):
        return False
    return not is_date(written) and is_named(text, seen, start, groups, digits)


def is_date(written: str) -> bool:
    year = "(?:1[0-9]{3}|20[0-9]{2})"
    pairs = (f"{year}[^0-9]{year}", rf"{year}[^0-9]\d{{1,2}}[^0-9]\d{{1,2}}", rf"\d{{1,2}}[^0-9]\d{{1,2}}[^0-9]{year}")
    return any(re.fullmatch(pattern, written) for pattern in pairs)


def is_named(text: str, seen: str, start: int, groups: list[Group], digits: int) -> bool:
    if said(text, start, 28, BEFORE) or (len(groups) > 1 and said(text, start, 28, BEFORE_GROUPS)):
        return True
    after = folded(text[groups[-1][1] :].encode()[:8])
    return (len(groups) > 1 or digits >= 10) and bool(AFTER.search(f" {after} "))
