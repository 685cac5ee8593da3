"""Lists as people paste and export them: who is read, under which name, and which lines are not understood."""

from __future__ import annotations

import pytest

from bot.commands.people_lines import LineProblem
from bot.commands.people_table import PeopleList
from bot.commands.people_text import read_list
from bot.errors import BadInput
from tests.support.rows import each_row

JANE, RICK = ("Jane", "Doe", "jane@x.example"), ("Rick", "Roe", "rick@x.example")


def people(text: str) -> list[tuple[str, str, str]]:
    """First name, last name and address of each person; a line that is not understood is an error."""
    read = read_list(text)
    assert [one for one in read.people if one.problem] == []
    return named(read)


def named(read: PeopleList) -> list[tuple[str, str, str]]:
    """First name, last name and address of each person who was understood."""
    return [(one.first_name, one.last_name, one.email) for one in read.people if not one.problem]


def problems(text: str) -> list[tuple[int, str, LineProblem]]:
    """The line, the text and the problem of what was not understood."""
    return [(one.number, one.text, one.problem) for one in read_list(text).people if one.problem]


@each_row(
    "text",
    [
        "Doe, Jane <jane@x.example>; Roe, Rick <rick@x.example>",
        "Doe, Jane <jane@x.example>, Roe, Rick <rick@x.example>",
        "Doe, Jane (Sales) <jane@x.example>\nRoe, Rick [External] <rick@x.example>",
        "Doe, Jane (Sales, EMEA) <jane@x.example>;\r\n'Roe, Rick' <mailto:rick@x.example>;",
        '"Doe, Jane" <jane@x.example>, "Roe, Rick" <rick@x.example>',
        "To: Jane Doe <jane@x.example>; Cc: Rick Roe <rick@x.example>",
        "Jane Doe <jane@x.example> <mailto:jane@x.example>\nrick@x.example (Rick Roe)",
        "Jane Doe (jane@x.example), Rick Roe (rick@x.example)",
        "Jane Doe jane@x.example, Rick Roe rick@x.example",
        "jane@x.example Jane Doe; rick@x.example Rick Roe",
        "Jane Doe - jane@x.example\nRick Roe: rick@x.example",
        "Name: Jane Doe, E-mail: jane@x.example\nFull name: Rick Roe | Email: rick@x.example",
        "Jane Doe &lt;jane@x.example&gt;\n&quot;Roe, Rick&quot; &lt;rick@x.example&gt;",
        "＊ Jane Doe ＜jane@x.example＞；Rick Roe ＜rick@x.example＞",
    ],
)
def test_people_are_read_as_mail_programs_write_them(text: str) -> None:
    """Last name first, departments, quotation marks, labels, and several people in a line."""
    assert people(text) == [JANE, RICK]


@each_row(
    "mark",
    ["• ", "- ", "* ", "– ", "▪️ ", "1. ", "2) ", "(3) ", "4 - ", "#5 ", "a) ", "[ ] ", "[x] ", "☐ ", "✅ ", "→ "],
)
@each_row(
    "line",
    ["Jane Doe <jane@x.example>", "Doe, Jane <jane@x.example>", "Jane, Doe, jane@x.example", "Jane Doe;jane@x.example"],
)
def test_bullets_and_numbers_are_no_names(mark: str, line: str) -> None:
    """In front of any way to write a person."""
    assert people(mark + line) == [JANE]


@each_row(
    ("name", "first", "last"),
    [
        ("John Smith, Dr.", "John", "Smith"),
        ("Jane Doe, PhD", "Jane", "Doe"),
        ("Robert Downey, Jr.", "Robert", "Downey"),
        ("Dr. John Smith", "John", "Smith"),
        ("Prof. Dr. Anna Müller", "Anna", "Müller"),
        ("Smith, Dr. John", "John", "Smith"),
        ("Downey, Robert, Jr.", "Robert", "Downey"),
        ("Jane Doe, MBA, PMP", "Jane", "Doe"),
        ("Mr. Jo Bloggs", "Jo", "Bloggs"),
        ("Bloggs, Jo", "Jo", "Bloggs"),
        ("de la Cruz, Joan", "Joan", "de la Cruz"),
        ("Joan de la Cruz", "Joan", "de la Cruz"),
    ],
)
@each_row("written", ['"{}" <b1@x.example>', "{} <b1@x.example>", '"{}",b1@x.example', 'Name,Email\n"{}",b1@x.example'])
def test_titles_and_suffixes_are_no_names(name: str, first: str, last: str, written: str) -> None:
    """Wherever a full name is written."""
    assert people(written.format(name)) == [(first, last, "b1@x.example")]


@each_row(
    "text",
    [
        "Iris, Moreno, iris@acme.example\nJoan Vidal <joan@acme.example>",
        "Iris;Moreno;iris@acme.example\nVidal, Joan <joan@acme.example>\n",
        "iris@acme.example\tIris\tMoreno\nJoan Vidal, joan@acme.example",
        "1\tIris\tMoreno\tiris@acme.example\n2\tJoan\tVidal\tjoan@acme.example",
        "Iris Moreno, iris@acme.example\njoan@acme.example, Joan Vidal",
        "# the panel\nIris,Moreno,iris@acme.example\n// and\nJoan,Vidal,joan@acme.example",
        "sep=,\nIris,Moreno,iris@acme.example\nJoan,Vidal,joan@acme.example",
        "Speakers:\nIris | Moreno | iris@acme.example\nJoan | Vidal | joan@acme.example",
    ],
)
def test_lines_of_different_shapes_are_read_together(text: str) -> None:
    """The example in the form is one of them; comments and lead-ins are skipped."""
    assert people(text) == [("Iris", "Moreno", "iris@acme.example"), ("Joan", "Vidal", "joan@acme.example")]


@each_row(
    "text",
    [
        "a1@x.example; a2@x.example; a3@x.example",
        "a1@x.example, a2@x.example, a3@x.example",
        "a1@x.example a2@x.example a3@x.example",
        "a1@x.example\na2@x.example\na3@x.example",
        "<a1@x.example>; <a2@x.example>; a3@x.example <a3@x.example>",
        "Email\na1@x.example\na2@x.example\na3@x.example",
        "a1@x.example\ta2@x.example\ta3@x.example",
    ],
)
def test_addresses_without_names_are_people_without_names(text: str) -> None:
    """Never is an address the name of another one."""
    assert people(text) == [("", "", f"a{number}@x.example") for number in (1, 2, 3)]


@each_row(
    ("text", "person"),
    [
        ("Cher,c@x.example", ("Cher", "", "c@x.example")),
        ("Cher <c@x.example>", ("Cher", "", "c@x.example")),
        ("Name,Email\nCher,c@x.example", ("Cher", "", "c@x.example")),
        ("\u200b,Doe,c@x.example\nJoan,Vidal,j@x.example", ("", "Doe", "c@x.example")),
        ("c@x.example,c@x.example", ("", "", "c@x.example")),
        ("Name,Email\nc@x.example,c@x.example", ("", "", "c@x.example")),
        ("First,Last,Email\n,Doe,c@x.example", ("", "Doe", "c@x.example")),
        ("First,Last,Email\n\u3164,\u00a0,c@x.example", ("", "", "c@x.example")),
    ],
)
def test_a_missing_name_is_left_empty(text: str, person: tuple[str, str, str]) -> None:
    """People with one name, invisible names, and addresses instead of a name."""
    assert named(read_list(text))[0] == person


@each_row(
    "text",
    [
        "Primary Email,Full name\njane@x.example,Jane Doe\nrick@x.example,Rick Roe",
        "Name,E-mail 1 - Type,E-mail 1 - Value\nJane Doe,* Home,jane@x.example\nRick Roe,Work,rick@x.example",
        "Timestamp,What is your full name?,Username\n3/11,Jane Doe,jane@x.example\n3/11,Rick Roe,rick@x.example",
        "氏名;メールアドレス\nJane Doe;jane@x.example\nRick Roe;rick@x.example",
        "Příjmení;Jméno;E-mail\nDoe;Jane;jane@x.example\nRoe;Rick;rick@x.example",
        "Фамилия\tИмя\tЭлектронная почта\nDoe\tJane\tjane@x.example\nRoe\tRick\trick@x.example",
        "Soyadı;Adı;E-posta\nDoe;Jane;jane@x.example\nRoe;Rick;rick@x.example",
        "姓,名,电子邮箱\nDoe,Jane,jane@x.example\nRoe,Rick,rick@x.example",
        "اسم العائلة,الاسم الأول,البريد الإلكتروني\nDoe,Jane,jane@x.example\nRoe,Rick,rick@x.example",
        "Vor- und Nachname;Ihre E-Mail-Adresse\nJane Doe;jane@x.example\nRick Roe;rick@x.example",
        "Nom et prénom;Courriel\nDoe Jane;jane@x.example\nRoe Rick;rick@x.example",
        "family_name|given_name|emailAddress\nDoe|Jane|jane@x.example\nRoe|Rick|rick@x.example",
        "Enter your surname,Your first name *,E-mail (required)\nDoe,Jane,jane@x.example\nRoe,Rick,rick@x.example",
        "Name,Mail\nJane Doe <jane@x.example>\nRick Roe <rick@x.example>",
        "Guest name,Guest first name,Guest surname,E-mail\nJane D,Jane,Doe,jane@x.example\nRick Roe,,,rick@x.example",
        "Vorname;Name;E-Mail\nJane;Doe;jane@x.example\nRick;Roe;rick@x.example",
    ],
)  # fmt: skip
def test_headings_are_understood(text: str) -> None:
    """In other words, as questions, and in other languages and scripts."""
    assert people(text) == [JANE, RICK]


@each_row(
    ("text", "last_name"),
    [
        ("Nom et prénom;Courriel\nDE LA TOUR Jane;jane@x.example", "DE LA TOUR"),
        ("Last name, first name;Email\n van Dijk Jane;jane@x.example", "van Dijk"),
        ("Last name, first name;Email\nvan Dijk, Jane;jane@x.example", "van Dijk"),
    ],
)
def test_a_column_with_the_last_name_first_is_read_in_that_order(text: str, last_name: str) -> None:
    """Capitals and particles belong to the last name."""
    assert people(text) == [("Jane", last_name, "jane@x.example")]


@each_row(
    ("text", "guessed"),
    [
        ("Oku,Aha,Ozi\nDoe,Jane,jane.doe@x.example\nRoe,Rick,rroe@x.example", {"Oku", "Aha", "Ozi"}),
        ("Who is it?,Where to?\nJane Doe,jane@x.example\nRick Roe,rick@x.example", {"Who is it?", "Where to?"}),
        ("Who is it?,Email\nJane Doe,jane@x.example\nRick Roe,rick@x.example", {"Who is it?"}),
        ("First name,Clan,Email\nJane,Doe,jane@x.example\nRick,Roe,rick@x.example", {"Clan"}),
        ("ಹೆಸರು;ಉಪನಾಮ;ವಿಳಾಸ\nJane;Doe;jane@x.example\nRick;Roe;rick@x.example", {"ಹೆಸರು", "ಉಪನಾಮ", "ವಿಳಾಸ"}),
        ("Jina\tKampuni\tAnwani\nDoe Jane\tAcme 1\ttel\n", set()),
    ],
)
def test_columns_with_unknown_headings_are_told_by_their_content(text: str, guessed: set[str]) -> None:
    """The list says which headings were not understood; addresses tell first from last names."""
    read = read_list(text)
    assert {heading for heading, _ in read.guessed} == guessed
    assert not guessed or [person[:2] for person in people(text)] == [JANE[:2], RICK[:2]]


HEAD = "last name,first name,email"
ROWS = "Doe,Jane,jane@x.example\nRoe,Rick,rick@x.example"


@each_row(
    "above",
    [
        "sep=,",
        '"sep=,"',
        "Guests of the launch",
        "Guests of the launch,,",
        "# exported on 2026-03-11",
        "Attendees,Email",
        "Email list",
        "Registration Report\n\nTopic,Webinar ID,# Registered\nLaunch,123 456,2\n\nAttendee Details,",
        'Notes:\n"When exporting your data, you may notice that some addresses are missing"\n',
        "sep=,\nGuests, March 2026\n",
    ],
)
def test_lines_above_the_headings_are_skipped(above: str) -> None:
    """Titles, comments, notes and the line for spreadsheets: the order of the columns is that of the headings."""
    assert people(f"{above}\n{HEAD}\n{ROWS}") == [JANE, RICK]
    assert [one.number for one in read_list(f"sep=,\n{HEAD}\n{ROWS}").people] == [3, 4]


def test_a_separator_line_is_obeyed() -> None:
    """Also by a list without headings, and of other separators."""
    assert people("sep=;\nlast name;first name;email\nDoe;Jane;jane@x.example") == [JANE]
    assert people("sep=|\nlast name|first name|email\nDoe|Jane|jane@x.example") == [JANE]


ZOOM = """Attendee Report
Report Generated:,03/11/2026 09:00
Topic,Webinar ID,Actual Start Time,Unique Viewers
Launch,123 456 789,03/10/2026 15:00,2
Host Details,
Attended,User Name (Original Name),Email,Join Time
Yes,Ana Ruiz,ana@acme.example,15:00
Attendee Details,
Attended,User Name (Original Name),First Name,Last Name,Email,Registration Time
Yes,Jane D. (Jane),Jane,Doe,jane@x.example,03/01/2026
No,--,Rick,Roe,rick@x.example,03/02/2026
"""
GOOGLE_FORMS = """"Timestamp","Email Address","What is your first name?","And your last name?","Company","How did you hear about us?"
"2026/03/01 10:00:00 AM GMT+1","jane@x.example","Jane","Doe","Acme, Inc.","From a friend"
"2026/03/01 11:00:00 AM GMT+1","rick@x.example","Rick","Roe","","Ana Ruiz, ana@acme.example"
"""  # noqa: E501 - as exported
EVENTBRITE = """Order ID,Order Date,Attendee Status,First Name,Surname,Email,Event Name,Ticket Type,Buyer First Name,Buyer Surname,Buyer Email
1,2026-03-01,Attending,Jane,Doe,jane@x.example,Launch,General,Bob,Boss,bob@x.example
1,2026-03-01,Attending,Rick,Roe,rick@x.example,Launch,General,Bob,Boss,bob@x.example
"""  # noqa: E501 - as exported
CALENDLY = """Team,User Name,User Email,Invitee Name,Invitee First Name,Invitee Last Name,Invitee Email,Guest Email(s),Invitee accepted marketing emails,Event Type Name,Response 1
Sales,Ana Ruiz,ana@acme.example,Jane Doe,Jane,Doe,jane@x.example,,Yes,Launch,"Hello, there"
Sales,Ana Ruiz,ana@acme.example,Rick Roe,,,rick@x.example,bob@x.example,No,Launch,
"""  # noqa: E501 - as exported
TEAMS = """1. Summary
Meeting title\tLaunch
Attended participants\t2

2. Participants
Name\tFirst Join\tLast Leave\tEmail\tRole
Jane Doe\t3/10/26\t3/10/26\tjane@x.example\tPresenter
Roe, Rick (External)\t3/10/26\t3/10/26\trick@x.example\tAttendee
"""
MICROSOFT_FORMS = """ID,Start time,Email,Name,What is your full name?,Where can we reach you (e-mail)?
1,3/1/26,anonymous,,Jane Doe,jane@x.example
2,3/1/26,anonymous,,Rick Roe,rick@x.example
"""


@each_row("text", [GOOGLE_FORMS, EVENTBRITE, CALENDLY, MICROSOFT_FORMS])
def test_exports_of_other_programs_are_read(text: str) -> None:
    """The attendee's own name and address, not those of a buyer, a host or a guest beside them."""
    assert people(text) == [JANE, RICK]


def test_sections_of_a_report_have_their_own_headings() -> None:
    """Each section is read by its own headings, and its title is no person."""
    assert people(ZOOM) == [("Ana", "Ruiz", "ana@acme.example"), JANE, RICK]
    assert named(read_list(TEAMS)) == [JANE, RICK]


@each_row(
    "line",
    [
        "John Smith, Jane Doe <jane@x.example>",
        "Ana Ruiz, Acme <ana@x.example>",
        "Jane Doe, jane@x.example, Rick Roe, rick@x.example",
        "a1@x.example, Jane Doe, jane@x.example",
        "Rick Roe / Jane Doe <jane@x.example>",
        "Jane Doe <jane@x.example> Rick Roe",
        "Rick Roe; Jane Doe <jane@x.example>",
        "Rick Roe, jane@x.example, Jane Doe, Acme",
        "Jane Doe Rick Roe <b1@x.example>",
        "Rick Roe;Jane;Doe;jane@x.example",
        "<a@x.example> Jane Doe, <jane@x.example> Rick Roe <b@x.example>",
        "Doe, Jane, Rick Roe <rick@x.example>",
        "babaa.zaaz@x.example, Babaa, Zaaz Zab Rogs (zab.rogs@x.example)",
        "mm@x.example, Jane Doe | jane@x.example",
        "Jane Doe Frau Roe - rick@x.example",
        "Jane Doe Dr. Roe, Rick <a3@x.example>",
        "jane.doe@x.example | Jane Doe, Roe <rick@x.example>",
        "Name Email\na1@x.example | Dr. Jane Doe, PhD <a2@x.example>",
        "Name,Email\nJane Doe,jane@x.example rick@x.example",
        "Name,Email\nRick Roe <rick@x.example>,jane@x.example",
        "Name,Email\nRick Roe,Jane Doe <jane@x.example>",
        "Email,Name\njane@x.example,Doe, Jane",
        "Name,Email\nDoe, Jane,jane@x.example",
        "Attendee name,Buyer email\nJane Doe,bob@x.example",
        "Name,Manager's email\nJane Doe,bob@x.example",
    ],
)
def test_nobody_gets_the_name_of_another_person(line: str) -> None:
    """If it is not clear whose name it is, nobody with a whole name is read."""
    assert [person for person in named(read_list(line)) if all(person)] == []


@each_row(
    ("line", "person"),
    [
        ("García López, María José <mjgarcia@x.example>", ("María José", "García López")),
        ("García López, María <maria@x.example>", ("María", "García López")),
        ("Jane Doe | Sales <jane.doe@x.example>", ("Jane", "Doe")),
        ("Jane Doe - Head of Sales <jane.doe@x.example>", ("Jane", "Doe")),
        ("María José García López <maria.garcia@x.example>", ("María José García", "López")),
        ("Iris,Moreno,iris@x.example,fair", ("Iris", "Moreno")),
    ],
)
def test_the_address_tells_one_person_from_two(line: str, person: tuple[str, str]) -> None:
    """A name that could be two is one if the address is made of it."""
    assert [one[:2] for one in people(line)] == [person]


def test_lines_that_are_not_understood_are_shown() -> None:
    """With their number, as they were read; all others are read."""
    text = "Jane Doe <jane@x.example>\n\nJohn Smith\nRick Roe, rick@x.example\nzoe at acme"
    assert named(read_list(text)) == [JANE, RICK]
    assert problems(text) == [(3, "John Smith", LineProblem.NO_ADDRESS), (5, "zoe at acme", LineProblem.NO_ADDRESS)]
    table = "Contact: events@acme.example\nName,Email\nJane Doe,jane@x.example\nTotal: 1,"
    assert named(read_list(table)) == [JANE, ("", "", "")]
    assert problems(table) == [(1, "Contact: events@acme.example", LineProblem.UNCLEAR)]


def test_other_columns_keep_their_headings() -> None:
    """Without headings they are numbered."""
    read = read_list("Email,First,Last,Company\njane@x.example,Jane,Doe,Acme")
    assert (read.others, read.people[0].extras) == (("Company",), (("Company", "Acme"),))
    [row] = read_list("Iris,Moreno,iris@x.example,fair,red,2026").people
    assert (row.source, row.extras) == ("fair", (("column5", "red"), ("column6", "2026")))


def test_a_list_has_a_limited_width() -> None:
    """A hundred columns, with and without headings."""
    for text in (
        ",".join(["Jane", "Doe", "jane@x.example", *"x" * 100]),
        "Email,First,Last\n" + "x@x.example" + ",x" * 101,
    ):
        with pytest.raises(BadInput, match="more than 100 columns"):
            read_list(text)
