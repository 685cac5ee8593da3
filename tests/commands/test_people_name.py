"""First and last names: as people write them, and as Slack profiles have them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.commands.people_name import PersonName, name_text, profile_name, split_name
from bot.model.visible_text import one_line
from tests.support.rows import each_row


@each_row(
    ("text", "first", "last"),
    [
        ("Jo Bloggs", "Jo", "Bloggs"),
        ("Bloggs, Jo", "Jo", "Bloggs"),
        (" Bloggs ,  Jo ", "Jo", "Bloggs"),
        ("Dev Kumar Patel", "Dev Kumar", "Patel"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("de la Cruz, Joan", "Joan", "de la Cruz"),
        ("García López, María José", "María José", "García López"),
        ("Robert Downey, Jr.", "Robert", "Downey"),
        ("John Smith, Dr.", "John", "Smith"),
        ("Jane Doe, PhD", "Jane", "Doe"),
        ("Dr. Jane Doe", "Jane", "Doe"),
        ("Dipl.-Ing. Hans Maier", "Hans", "Maier"),
        ("Frau Dr. Anna Schmidt", "Anna", "Schmidt"),
        ("Jane Doe, MBChB", "Jane", "Doe"),
        ("Dr. The Hagen, PhD", "The", "Hagen"),
        ("Prof. Dr. And Aab, PhD, MBA", "And", "Aab"),
        ("Dr. Und Pohl, PhD", "Und", "Pohl"),
        ("Dr. The Anh Nguyen", "The Anh", "Nguyen"),
        ("The Anh Nguyen", "The Anh", "Nguyen"),
        ("Prof. Dr. Und, Eva", "Eva", "Und"),
        ("Dr. Mpa Lee, PhD", "Mpa", "Lee"),
        ("Md Rahman", "Md", "Rahman"),
        ("Mr. and Mrs. Smith", "", "Smith"),
        ('Jane "Janie" Doe', "Jane", "Doe"),
        ("Anna-Maria von der Leyen", "Anna-Maria", "von der Leyen"),
        ("Jack Ma", "Jack", "Ma"),
        ("WEI MA", "WEI", "MA"),
        ("Bishop, Kate", "Kate", "Bishop"),
        ("山田 太郎", "太郎", "山田"),
        ("김민준", "민준", "김"),
        ("Prince", "Prince", ""),
        ("Mr. Smith", "", "Smith"),
        ("山田太郎", "", "山田太郎"),
        ("Cher", "Cher", ""),
        ("Zo\u200bë Lang", "Zoë", "Lang"),
        ("jo@acme.example", "", ""),
        ("Jo jo@acme.example", "", ""),
        ("https://acme.example", "", ""),
        ("\u200b", "", ""),
        ("123", "", ""),
        ("", "", ""),
    ],
)
def test_a_full_name_is_split(text: str, first: str, last: str) -> None:
    """A part that is missing is empty; an address or a link is no name."""
    assert split_name(text) == PersonName(first, last)


@given(st.text(max_size=300))
def test_any_text_is_split(name: str) -> None:
    """Into words of its own, and never raises."""
    read = split_name(name)
    assert len(read.first) + len(read.last) <= len(one_line(name))


@each_row(
    ("profile", "first", "last"),
    [
        (("Jo", "Bloggs", "Josephine Bloggs", "jo"), "Jo", "Bloggs"),
        (("Ana María", "García López", "Ana María García López", ""), "Ana María", "García López"),
        (("Bloggs,", "Jo", "Bloggs, Jo", "jo"), "Jo", "Bloggs"),
        (("", "", "Bloggs, Jo", "jo"), "Jo", "Bloggs"),
        (("", "", "Jo Bloggs", "jo"), "Jo", "Bloggs"),
        (("", "", "", "Jo Bloggs"), "Jo", "Bloggs"),
        (("Jo", "", "Jo Bloggs", ""), "Jo", "Bloggs"),
        (("Jo", "", "Jo", "Jo Bloggs"), "Jo", "Bloggs"),
        (("Robert", "Downey, Jr.", "Robert Downey, Jr.", ""), "Robert", "Downey"),
        (("jo@acme.example", "", "jo@acme.example", "Jo Bloggs"), "Jo", "Bloggs"),
        (("jo@acme.example", "", "jo@acme.example", "jo@acme.example"), "", ""),
        (("\u200b", "\u2060", "Jo", ""), "Jo", ""),
        (("Cher", "", "Cher", "cher"), "Cher", ""),
        (("", "", "", "jo"), "jo", ""),
        (("", "", "", ""), "", ""),
    ],
)
def test_the_name_in_a_profile_is_found(profile: tuple[str, str, str, str], first: str, last: str) -> None:
    """The two fields, else the full name, else the display name. An address is never a name."""
    assert profile_name(*profile) == PersonName(first, last)


@each_row(
    ("text", "name"),
    [
        ("• Jane Doe", "Jane Doe"),
        ("12. Jane Doe", "Jane Doe"),
        ('"Jane Doe" ', "Jane Doe"),
        ("‘Jane Doe’,", "Jane Doe"),
        ("Jane Doe (Sales)", "Jane Doe"),
        ("(Jane Doe)", "Jane Doe"),
        ("Jane Doe (Sales", "Jane Doe"),
        ("Jane Doe（営業）", "Jane Doe"),
        ("Speaker: Jane Doe", "Jane Doe"),
        ("🎉 Jane Doe 🎉", "Jane Doe"),
        ("Jane Doe = ", "Jane Doe"),
        ("Jane Doe 2", "Jane Doe"),
        ("- ", ""),
        ("+49 30 123", ""),
        ("jane@x.example", ""),
    ],
)
def test_what_surrounds_a_name_is_removed(text: str, name: str) -> None:
    """Marks, numbers, departments and labels."""
    assert name_text(text) == name
