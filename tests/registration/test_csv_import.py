"""Lists of people as they are pasted and exported: any encoding, separator and header, and round trips."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import re
import unicodedata
from datetime import timedelta
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.model.csv_export import FORMULA, csv_file, escape, unescape
from bot.model.external_id import decode, encode
from bot.model.registrant import Registrant
from bot.model.visible_text import one_line
from bot.registration.bulk.csv_import import MAX_PEOPLE, ImportResult, read_people
from bot.registration.registrant_file import registrant_csv
from tests.support.rows import each_row
from tests.support.webinar_samples import NOW

FEW = settings(max_examples=40, deadline=None)
SECONDS = 3.0
"""Far more than it takes, so that a busy machine is no failure; reading each line twice over would be."""
_NAME_CHARACTERS = st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="@")
NAMES = st.text(_NAME_CHARACTERS, min_size=1, max_size=12).filter(
    lambda name: one_line(name) == unicodedata.normalize("NFC", name)
)
"""Names without invisible characters and without an @: an address is no name."""
LOCAL = st.from_regex(r"[a-z0-9_+-]{1,8}(\.[a-z0-9_+-]{1,4}){0,2}", fullmatch=True)
PAIRS = st.dictionaries(st.sampled_from(["lid", "oid", "Team", "größe", "=cmd"]), NAMES, max_size=3)


def names_and_addresses(reading: ImportResult) -> list[tuple[str, str, str]]:
    """First name, last name and address of each person in the list."""
    return [(one.details.first_name, one.details.last_name, one.details.email) for one in reading.rows]


IRIS, JOAN = ("Iris", "Moreno", "iris@acme.example"), ("Joan", "de la Cruz", "joan@acme.example")


@each_row(
    "text",
    [
        "First name,Last name,E-mail\nIris,Moreno,iris@acme.example\nJoan,de la Cruz,joan@acme.example\n",
        "Vorname;Nachname;E-Mail-Adresse\r\nIris;Moreno;iris@acme.example\r\nJoan;de la Cruz;joan@acme.example",
        "Correo electrónico\tNombre\tApellidos\niris@acme.example\tIris\tMoreno\njoan@acme.example\tJoan\tde la Cruz",
        "PRÉNOM|NOM|COURRIEL\nIris|Moreno|iris@acme.example\nJoan|de la Cruz|joan@acme.example",
        '"Name","Email Address"\n"Iris Moreno","iris@acme.example"\n"de la Cruz, Joan","joan@acme.example"',
        "Iris,Moreno,iris@acme.example\nJoan,de la Cruz,joan@acme.example",
        "iris@acme.example\tIris\tMoreno\n\njoan@acme.example\tJoan\tde la Cruz",
        "Iris Moreno, iris@acme.example\nJoan de la Cruz, joan@acme.example",
        "Iris Moreno iris@acme.example\nJoan de la Cruz joan@acme.example",
        'Iris Moreno <iris@acme.example>\n"de la Cruz, Joan" <joan@acme.example>',
        "Iris Moreno <iris@acme.example>, Joan de la Cruz <joan@acme.example>",
        "Iris Moreno <mailto:iris@acme.example|iris@acme.example>; Joan de la Cruz <joan@acme.example>;",
        "name;mail\nIris Moreno;Iris Moreno <iris@acme.example>\nJoan de la Cruz;mailto:joan@acme.example",
    ],
)
def test_usual_layouts_are_read(text: str) -> None:
    """With or without a header, in many languages, any separator, quotes, full names, and as mail programs write."""
    reading = read_people(text)
    assert names_and_addresses(reading) == [IRIS, JOAN]
    assert (reading.problems, reading.repeated) == ((), ())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"])
def test_usual_encodings_are_read(encoding: str) -> None:
    """As spreadsheets write them, with and without a byte order mark."""
    raw = "Vorname;Nachname;E-Mail\nZoë;Müller-Ñandú;zoe@acme.example\n".encode(encoding)
    assert names_and_addresses(read_people(raw)) == [("Zoë", "Müller-Ñandú", "zoe@acme.example")]


@each_row(
    ("encoding", "text"),
    [
        ("cp1250", "Příjmení;Jméno;E-mail\nDvořák;Jiří;jiri@x.example"),
        ("cp1250", "Imię;Nazwisko;E-mail\nŁukasz;Wiśniewski;l@x.example"),
        ("cp1254", "Adı;Soyadı;E-posta\nŞükrü;Yıldız;s@x.example"),
        ("cp1251", "Имя;Фамилия;Почта\nИван;Петров;ivan@x.example\nОльга;Сидорова;o@x.example"),
        ("koi8_r", "Имя;Фамилия;Почта\nИван;Петров;ivan@x.example\nОльга;Сидорова;o@x.example"),
        ("cp1253", "Όνομα;Επώνυμο;Email\nΓιώργος;Παπαδόπουλος;g@x.example\nΕλένη;Νικολάου;e@x.example"),
        ("cp1256", "الاسم الأول;اسم العائلة;Email\nمحمد;سلمان;m@x.example\nليلى;حداد;l@x.example"),
        ("cp932", "姓,名,メールアドレス\n山田,太郎,taro@x.example\n髙橋,花子,h@x.example"),
        ("euc_jp", "姓,名,メールアドレス\n山田,太郎,taro@x.example\n佐藤,花子,h@x.example"),
        ("gb18030", "姓,名,电子邮箱\n王,小明,wang@x.example\n李,娜,li@x.example"),
        ("big5", "姓,名,電子郵件\n陳,大文,chan@x.example\n林,志玲,lin@x.example"),
        ("cp949", "성,이름,이메일\n김,민준,kim@x.example\n이,서연,lee@x.example"),
        ("cp874", "ชื่อ,นามสกุล,อีเมล\nสมชาย,ใจดี,s@x.example\nสมหญิง,รักไทย,r@x.example"),
        ("cp1252", "Prénom;Nom;Courriel\nHélène;Lefèvre;h@x.example\nFrançois;Noël;f@x.example"),
    ],
)
def test_encodings_of_other_scripts_are_told_by_their_content(encoding: str, text: str) -> None:
    """As spreadsheets write them on Windows in other countries."""
    assert names_and_addresses(read_people(text.encode(encoding))) == names_and_addresses(read_people(text))


def test_undefined_bytes_are_decoded() -> None:
    """A byte that is undefined in the usual encodings becomes some character."""
    raw = b"Iris;Moreno;iris@acme.example\nJ\x81\xe9an;Cruz;joan@acme.example"
    assert [row.details.last_name for row in read_people(raw).rows] == ["Moreno", "Cruz"]
    utf_16 = codecs.BOM_UTF16_LE + "Iris;Moreno;iris@acme.example".encode("utf-16-le")
    assert names_and_addresses(read_people(utf_16)) == [IRIS]


def test_other_columns_become_source_and_external_id() -> None:
    """`source` becomes the source, other columns become `externalId`; values of the form apply to rows without
    their own."""
    text = (
        "email,first,last,Campaign,Lead id,Team\niris@acme.example,Iris,Moreno,fair,4@56,\njoan@acme.example,J,C,,,red"
    )
    iris, joan = read_people(text, source="mail", pairs=[("Team", "blue"), ("year", "2026")]).rows
    assert (iris.details.source, joan.details.source) == ("fair", "mail")
    assert decode(iris.details.external_id) == [("Lead id", "4@56"), ("Team", "blue"), ("year", "2026")]
    assert decode(joan.details.external_id) == [("Team", "red"), ("year", "2026")]


def test_an_external_id_is_kept() -> None:
    """Pairs are joined by those of other columns; a plain id becomes a pair if there are other columns."""
    lines = ("a@acme.example,A,B,lid=1,red", "b@acme.example,A,B,00Q5,", "c@acme.example,A,B,00Q5,red")
    text = "\n".join(["email,first,last,externalId,Team", *lines])
    one, two, three = (row.details.external_id for row in read_people(text).rows)
    assert (decode(one), two) == ([("lid", "1"), ("Team", "red")], "00Q5")
    assert decode(three) == [("externalId", "00Q5"), ("Team", "red")]


def test_problems_have_a_row_number_and_quote_nothing() -> None:
    """Rows are numbered as in a spreadsheet, blank lines included."""
    text = (
        "first,last,email\n,Moreno,iris@acme.example\n\nJoan,,joan@acme.example\nZoe,Li,zoe@acme\nAl,Li,\n"
        f"{'x' * 65},Li,al@acme.example\nAl,Li,two@acme.example bo@acme.example\nAl,Li,{'a' * 250}@acme.example\n"
        "Ok,Li,OK@acme.example\nOk,Li, ok@Acme.Example \n"
    )
    reading = read_people(text)
    assert [(trouble.number, trouble.reason) for trouble in reading.problems] == [
        (2, "there is no first name"),
        (4, "there is no last name"),
        (5, "the email address is not complete"),
        (6, "there is no email address"),
        (7, "a name is longer than 64 characters"),
        (8, "it is not clear whose name or address this is"),
        (9, "the email address is longer than 256 characters"),
    ]
    assert [(row.number, row.details.address) for row in reading.rows] == [(10, "ok@acme.example")]
    assert [(row.number, row.details.email) for row in reading.repeated] == [(11, "ok@Acme.Example")]
    assert [trouble.text for trouble in reading.problems][:2] == [
        "Moreno, iris@acme.example",
        "Joan, joan@acme.example",
    ]


def test_values_without_room_are_left_out() -> None:
    """Of the other columns as much as fits is sent, and the list says that there was more. A long source is refused."""
    wide = ",".join(["email,first,last,note", *(f"column {number}" for number in range(40))])
    reading = read_people(f"{wide}\na@acme.example,A,B,{'x' * 2000}{',value' * 40}\nb@acme.example,A,B,short")
    one, two = (decode(row.details.external_id) for row in reading.rows)
    assert one[:2] == [("column 0", "value"), ("column 1", "value")]
    assert len(reading.rows[0].details.external_id) <= 1_000
    assert (two, reading.shortened, len(reading.others)) == ([("note", "short")], 1, 41)
    [problem] = read_people(f"email,first,last,source\na@acme.example,A,B,{'x' * 300}").problems
    assert problem.reason == "the text in the other columns is too long"


def test_an_unclosed_quote_swallows_no_rows() -> None:
    """It is a character of a name, and the following lines are rows."""
    text = 'Iris,"Moreno,iris@acme.example\nJoan,de la Cruz,joan@acme.example\n'
    assert names_and_addresses(read_people(text)) == [IRIS, JOAN]


@pytest.mark.parametrize("raw", ["", " \n\t\n", b"", b"\xef\xbb\xbf", "first name,last name,email\n", "\x00\x00"])
def test_an_empty_list_is_refused(raw: bytes | str) -> None:
    """With a sentence that explains the format."""
    with pytest.raises(BadInput, match="nobody in this list"):
        read_people(raw)


def list_of(count: int) -> bytes:
    """A CSV file of this many people."""
    lines = (f"Ana {number};Ruiz;ana{number}@acme.example;{number};fair" for number in range(count))
    return "\r\n".join(["Vorname;Nachname;E-Mail;Lead;Quelle", *lines]).encode("cp1252")


def test_ten_thousand_people_are_read_and_written_quickly() -> None:
    """A list of the maximum length with columns of its own; one more person is too many."""
    began = thread_time()
    reading = read_people(list_of(MAX_PEOPLE))
    registrants = [
        Registrant(registrant_id=str(row.number), **row.details.model_dump(include={*Registrant.model_fields}))
        for row in reading.rows
    ]
    assert len(registrant_csv(registrants).splitlines()) == MAX_PEOPLE + 1
    assert thread_time() - began < SECONDS
    assert reading.rows[-1].details.source == "fair"
    with pytest.raises(BadInput, match="10,001 lines"):
        read_people(list_of(MAX_PEOPLE + 1))


@FEW
@given(st.binary(max_size=300) | st.text(max_size=300))
def test_any_text_is_read_or_refused(raw: bytes | str) -> None:
    """Everybody in the result can be registered."""
    try:
        reading = read_people(raw)
    except BadInput:
        return
    numbers = [one.number for one in reading.rows] + [one.number for one in reading.problems] + [*reading.repeated]
    assert len(numbers) >= 1
    assert all(0 < len(one.details.first_name) <= 64 and "@" in one.details.email for one in reading.rows)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@FEW
@given(st.lists(st.lists(st.text(max_size=10) | st.text("=-;\t\n' \"a\u200b＝", max_size=6), min_size=2, max_size=2)))
def test_no_cell_is_a_formula(separator: str, rows: list[list[str]]) -> None:
    """Whatever was entered, and wherever a spreadsheet splits; the original value can be read back."""
    written = csv_file(["=HEAD", "plain"], rows).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(written, newline=""), delimiter=separator) for cell in row]
    formula = FORMULA if separator == "," else r"\s*[=+\-@＝＋－＠]"
    assert not [cell for cell in cells if re.match(formula, cell)]
    assert all(unescape(escape(cell)) == cell for row in rows for cell in row)


@each_row("begins", ["=", "+", "-", "@", "\t", "\r", "＝", " =", "\xa0@", "\u200b+", "x;=", "x\t -", "x\n="])
def test_formulas_are_detected_behind_prefixes(begins: str) -> None:
    """Also behind invisible characters, and behind separators of other locales."""
    typed = f"{begins}HYPERLINK(1)"
    assert escape(typed) != typed
    assert unescape(escape(typed)) == typed


@each_row("piece", ["a", " ", "<", "@", "<a@b", "<a@b|  ", '"a" ', "a@b.", ",", "x,y@z ", "\n", "x\n", "a;", "''"])
def test_reading_is_linear(piece: str) -> None:
    """200,000 characters are read or refused at once, however long the lines are."""
    text = "b" + piece * (200_000 // len(piece)) + "b"
    began = thread_time()
    with contextlib.suppress(BadInput):
        read_people(text)
    assert thread_time() - began < SECONDS


def test_workbooks_and_wide_lists_are_refused() -> None:
    """A workbook with another extension, and a list with too many columns."""
    with pytest.raises(BadInput, match="Save it as CSV"):
        read_people(b"PK\x03\x04" + bytes(range(256)))
    with pytest.raises(BadInput, match="more than 100 columns"):
        read_people(",".join(["Iris", "Moreno", "iris@acme.example", *"x" * 100]))
    padded = "Iris,Moreno,iris@acme.example" + "," * 1_000
    assert read_people(padded).rows[0].details.email == "iris@acme.example"


@FEW
@given(st.lists(st.tuples(NAMES, NAMES, LOCAL, PAIRS), min_size=1, max_size=6, unique_by=lambda one: one[2]))
def test_an_export_can_be_imported(given_people: list[tuple[str, str, str, dict[str, str]]]) -> None:
    """Names, addresses, sources and `externalId` round-trip, formulas included."""
    registrants = [
        Registrant(
            registrant_id=str(number),
            first_name=first,
            last_name=last,
            email=f"{local}@acme.example",
            external_id=encode(list(pairs.items())),
            source="=fair",
            registered_at=NOW + timedelta(minutes=number),
            participant_id="p1" if number % 2 else "",
        )
        for number, (first, last, local, pairs) in enumerate(given_people)
    ]
    back = read_people(registrant_csv(registrants))
    assert back.problems == ()
    for one, row in zip(registrants, back.rows, strict=True):
        read = row.details
        assert (read.email, read.source) == (one.email, one.source)
        assert [read.first_name, read.last_name] == [_composed(one.first_name), _composed(one.last_name)]
        assert sorted(decode(read.external_id)) == sorted(
            (key, _composed(value)) for key, value in decode(one.external_id)
        )


def test_an_export_has_attendance_and_limits_its_columns() -> None:
    """Times in UTC, attendance, plain ids unchanged; rare keys stay in one column."""
    ones = [
        Registrant(
            registrant_id="1", email="a@acme.example", external_id="00Q5", registered_at=NOW, participant_id="p"
        ),
        Registrant(registrant_id="2", email="b@acme.example", external_id="lid=1&lid=2&e-mail=x"),
        *(Registrant(registrant_id=f"1{n}", email=f"{n}@acme.example", external_id=f"k{n}=1") for n in range(60)),
    ]
    head, first, second, *rest = csv.reader(io.StringIO(registrant_csv(ones).decode("utf-8-sig")))
    assert head[:8] == [
        *("First name", "Last name", "Email", "Source", "Registered (UTC)", "Joined", "After the event", "externalId")
    ]
    assert len(head) == 8 + 40
    assert first[2:8] == ["a@acme.example", "", "2026-11-21 15:20", "yes", "no", "00Q5"]
    assert second[7] == "lid=1&lid=2&e-mail=x"
    assert second[head.index("lid")] == "1; 2"
    assert rest[-1][7] == "k59=1"


def _composed(text: str) -> str:
    """As the import normalizes it: composed characters."""
    return unicodedata.normalize("NFC", text)
