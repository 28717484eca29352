"""The map of domains and the tables beside it: what is drawn, where there is room, the same bytes every time."""

import re

from thresher.ask.domains import Domain, Domains, Point
from thresher.report.domain_map import curve_picture, map_picture
from thresher.report.domains import DomainSection, beside


def domain(number: int, size: int, x: float, y: float, name: str = "sea, ship, captain") -> Domain:
    sources = (("a.example", size // 2), ("b.example", size // 4))
    languages = (("en", size),) if number % 2 else (("de", size),)
    return Domain(number, name, size, 10 * size, 0.5, ("sea", "ship"), (number,), sources, languages, (1, 2), x, y)


def found(*domains: Domain, points: tuple[Point, ...] = ()) -> Domains:
    return Domains("grouped", domains, len(domains), sum(d.size for d in domains), points, 0.4, "there is structure")


FOUR = found(
    domain(3, 400, 0, 0), domain(1, 100, 2, 1), domain(2, 90, 2.001, 1.001, "law, court"), domain(0, 1, -3, 2, "one"),
    points=tuple(Point(3, x / 10, -x / 20) for x in range(20)),
)  # fmt: skip


def words(picture: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", picture)


def test_a_label_is_drawn_where_there_is_room_the_largest_first() -> None:
    drawn = words(map_picture(FOUR))
    assert drawn[:2] == ["3", "sea, ship, captain"] and "1" in drawn and "one" in drawn
    assert "2" not in drawn and "law, court" not in drawn  # it lies on 1, which is larger


def test_circles_are_as_large_as_domains_and_dots_are_documents() -> None:
    picture = map_picture(FOUR)
    assert picture.count("<use ") == len(FOUR.points) + len(FOUR.domains)
    assert picture == map_picture(FOUR)


def test_one_domain_and_a_name_of_markup() -> None:
    picture = map_picture(found(domain(0, 5, 1, 1, "<script>alert(1)</script>")))
    assert "<script" not in picture and "&lt;script&gt;" in picture


def test_the_curve_marks_the_number_that_was_taken() -> None:
    picture = curve_picture({8: 0.1, 16: 0.2, 32: 0.2, 1000: 0.15})
    assert "highest at 16" in picture and {"8", "16", "32", "1,000"} <= set(words(picture))
    assert picture.count("<use ") >= 5  # four numbers, and the one that was taken again


def test_a_table_says_how_many_documents_and_nothing_where_it_is_not_known() -> None:
    table = beside(FOUR.domains[:2], [FOUR.domains[0].languages, FOUR.domains[1].sources])
    assert table.columns == ("en", "a.example", "b.example")
    assert [cells for _, cells in table.rows] == [(400, None, None), (None, 50, 25)]


def test_the_page_gets_tables_of_what_differs() -> None:
    shown = DomainSection(FOUR, {}).shown()
    assert [what for what, _ in shown["beside"]] == ["source", "language"]
    assert next(near for _, near, _ in shown["cards"]) == [FOUR.domains[1].name, FOUR.domains[2].name]


def test_an_answer_is_a_table_in_a_terminal_and_in_pandas() -> None:
    told = str(FOUR)
    assert "591 documents in 4 domains" in told and "67.7 %" in told and "there is structure" in told
    assert FOUR.table["size"].tolist() == [400, 100, 90, 1]
    assert "<svg" in FOUR._repr_html_() and "67.7 %" in FOUR._repr_html_()
