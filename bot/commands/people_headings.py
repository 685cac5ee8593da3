"""Understand the headings of a list of people: in many languages, and as questions of a form put them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

MAX_HEADING = 100
"""The part of a heading that is compared."""


class Column(StrEnum):
    """The meaning of a column."""

    FIRST = "first name"
    LAST = "last name"
    NAME = "name"
    EMAIL = "email address"
    SOURCE = "source"
    EXTERNAL_ID = "external id"
    NOTHING = "nothing"
    """A column of our own exports that is not imported."""


@dataclass(frozen=True)
class Heading:
    """The meaning of a heading, and whose name or address it is ("attendee", "buyer"; empty if it does not say).

    `is_exact` if every word of it was understood. `is_last_first` for "Last name, first name" in one column.
    """

    column: Column
    role: str = ""
    is_exact: bool = True
    is_last_first: bool = False


def folded(text: str) -> str:
    """The letters and digits of a text without case, accents, spaces and punctuation."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if char.isalnum())


def words_of(text: str) -> frozenset[str]:
    """The folded words of a text."""
    return frozenset(folded(word) for word in text.split())


_EMAIL = words_of(
    "email emailaddress mail mailaddress mailadresse emailadresse emailadres emailid emailaddr courriel mel"
    " correo correoelectronico epost epostadress epostadresse eposta epostaadresi sahkoposti sahkopostiosoite posta"
    " postaelettronica mejl emailcim elpastas epasts epasta"
    " емейл имейл имеил почта почты пошта пошти емаил эмейл имэйл елпоща"
    " メール メールアドレス eメール 电子邮件 电子邮箱 邮箱 邮件 電子郵件 電郵 信箱"
    " 이메일 메일 전자우편 البريد بريد ايميل"
    " อีเมล อเมล ईमेल इमेल דואל אימייל ηλεκτρονικο ηλταχυδρομειο ელფოსტა էլփոստ"
)
_FIRST = words_of(
    "firstname first fname given givenname forename christianname vorname rufname prenom prenoms nombre nombres nome"
    " primeironome nomeproprio voornaam fornamn fornavn imie etunimi jmeno krestnijmeno keresztnev utonev prenume ime"
    " ad adi adı isim имя імя име ονομα სახელი 名 名字 ファーストネーム 이름 الاسمالاول שםפרטי ten tendem namadepan ชื่อ"
    " vardas vards eesnimi krstnemeno meno fornafn"
)
_LAST = words_of(
    "lastname last lname surname surnames family familyname nachname familienname zuname nom nomdefamille apellido"
    " apellidos cognome cognom cognoms sobrenome apelido ultimonome achternaam efternamn etternavn efternavn nazwisko"
    " sukunimi prijmeni priezvisko vezeteknev csaladnev nume numedefamilie prezime priimek soyad soyadi soyadı soyisim"
    " фамилия прізвище презиме фамилноиме επωνυμο επιθετο გვარი 姓 苗字 ラストネーム 성 اسمالعائلة اللقب"
    " שםמשפחה ho hodem namabelakang นามสกุล pavarde uzvards perenimi perekonnanimi eftirnafn"
)
_NAME = words_of(
    "name names fullname displayname naam volledigenaam navn namn nimi nev fio фио 氏名 名前 お名前 姓名 성명 성함"
    " الاسم"
    " الاسمالكامل الاسمبالكامل שםמלא שם nama ชอสกล ชื่อสกุล नाम hoten hovaten vollername nomcomplet nombrecompleto"
    " nomecompleto imienazwisko участник"
)
_PEOPLE = words_of("participant attendee contact teilnehmer teilnehmende invitee registrant delegate guest")
"""A heading of one such word is a column of names."""
_OTHERS: Mapping[Column, frozenset[str]] = {
    Column.SOURCE: words_of(
        "source leadsource utmsource campaign quelle kampagne origen fuente origine fonte origem bron"
    ),
    Column.EXTERNAL_ID: words_of("externalid"),
    Column.NOTHING: words_of("registeredutc joined aftertheevent"),
}
_ROLES = words_of(
    "participant attendee invitee registrant delegate guest member student contact user customer client lead buyer"
    " purchaser billing shipping ticketholder teilnehmer teilnehmerin gast kunde participante asistente inscrit invite"
    " kaufer acheteur comprador deltagare deltaker deltager deelnemer"
)
_NOT_THE_PERSON = words_of(
    "host organizer organiser owner manager assistant spouse partner parent parents mother father referrer referral"
    " referred emergency inviter invited supervisor boss sender sponsor agent recruiter teacher moderator presenter"
    " speaker panelist admin administrator colleague friend creator rep representative secondary ansprechpartner chef"
    " vorgesetzter createdby assigned yomi phonetic"
)
"""Whose name and address are never the registrant's."""
_NOT_A_PERSON = words_of(
    "company organization organisation business event webinar meeting file ticket product campaign school university"
    " team group department account domain project topic nick nickname middle maiden additional prefix suffix title"
    " street city town country state venue location room course session list tag username brand site website page"
    " firma firmenname unternehmen societe entreprise empresa azienda organisatie bedrijf verein type status date time"
    " opt optin consent verified bounced count marketing login password job position contacted join leave seen visit"
    " visited active modified updated activity purchase response"
)
"""Words beside "name" or "first" or "email" that make it something else."""
_FILLERS = words_of(
    "a an the your my our their his her its of is was what whats which please enter type write in for and or to be on"
    " full complete legal real preferred main primary work business private personal current best corporate company"
    " professional official address addresses adresse adres adresa adress direccion indirizzo endereco cim osoite"
    " value label required optional field question answer text we can reach you us how should call do did at with 1 s i"
    " wie lautet ist ihr ihre ihren dein deine der die das und bitte geben sie ein votre quel quelle est vos le la les"
    " de del du des et su tu cual es el y electronico electronica e o qual seu sua il tuo suo elettronica je uw wat en"
    " din och ditt vad ar og twoj adresu podaj proszum professionnelle professionnel dienstliche private geschaftliche"
    " original display as shown it appears name"
)
_BOTH_NAMES = words_of("first given vor voor for ad adi last family")
"""Words that are half of a heading for both names ("First and last name"), and alone beside others mean neither."""
# Chinese, Japanese, Korean and Thai are written without spaces.
_EMAIL_PARTS = re.compile("メール|邮箱|邮件|郵件|郵箱|電郵|이메일|메일|อเมล")
_NAME_PARTS = re.compile("姓名|氏名|名前|参加者名|성함|성명|이름")
_NO_NAME_PARTS = re.compile("会社|公司|企業|企业|団体|学校|회사")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_EMAIL_SPELLINGS = re.compile(r"\be[\s_.-]?(mail|posta?|post)\b|\bel[\s_.-]+(pastas)\b")
_JOINED = re.compile(
    r"\b(first|last|given|family|full|display|sur|nach|vor|fore|christian|nick|ticket)[\s_-]+(names?|holder)\b"
)


@lru_cache(maxsize=2_000)
def read_heading(cell: str) -> Heading | None:
    """The meaning of a heading; None if it has none that matters here."""
    words = _headingwords_of(cell)
    whole = "".join(words)
    for column, spellings in _OTHERS.items():
        if whole in spellings:
            return Heading(column)
    if not words or "@" in cell:
        return None
    return _whole(whole) or _question(words)


def is_heading(name: str) -> bool:
    """Whether a column of this name would be read as something else than a value of its own."""
    return read_heading(name) is not None


def is_about_another(cell: str) -> bool:
    """Whether a heading is about somebody else than the person of the row."""
    return not _NOT_THE_PERSON.isdisjoint(_headingwords_of(cell))


def is_about_thing(cell: str) -> bool:
    """Whether a heading is about something that is no name ("Company name", "Ticket type")."""
    return not _NOT_A_PERSON.isdisjoint(_headingwords_of(cell))


def _whole(whole: str) -> Heading | None:
    """The meaning of a heading that is one known expression."""
    for column, spellings in ((Column.EMAIL, _EMAIL), (Column.NAME, _NAME | _PEOPLE)):
        if whole in spellings:
            return Heading(column)
    if whole in _FIRST:
        return Heading(Column.FIRST)
    return Heading(Column.LAST) if whole in _LAST else None


def _question(words: list[str]) -> Heading | None:
    """The meaning of a heading with several words: the known one, unless another word makes it something else."""
    known = set(words)
    if known & _NOT_THE_PERSON:
        return None
    role = next((word for word in words if word in _ROLES), "")
    rest = known - _FILLERS - _ROLES
    if _EMAIL_PARTS.search("".join(words)) or rest & _EMAIL:
        rest -= _EMAIL
        return None if rest & _NOT_A_PERSON else Heading(Column.EMAIL, role, is_exact=not rest)
    if known & _NOT_A_PERSON or len(words) > 12:
        return None
    return _names(words, role) or (Heading(Column.NAME, role, is_exact=False) if _has_name_part(words) else None)


def _names(words: list[str], role: str) -> Heading | None:
    """The meaning of a heading with a word for a name."""
    at_first = [at for at, word in enumerate(words) if word in _FIRST or (word in _BOTH_NAMES and word not in _LAST)]
    at_last = [at for at, word in enumerate(words) if word in _LAST]
    is_exact = not set(words) - _FILLERS - _ROLES - _FIRST - _LAST - _NAME
    if at_first and at_last:
        return Heading(Column.NAME, role, is_exact=is_exact, is_last_first=at_last[0] < at_first[0])
    if any(words[at] not in _BOTH_NAMES for at in at_first):
        return Heading(Column.FIRST, role, is_exact=is_exact)
    if any(words[at] not in _BOTH_NAMES for at in at_last):
        return Heading(Column.LAST, role, is_exact=is_exact)
    return Heading(Column.NAME, role, is_exact=is_exact) if not _NAME.isdisjoint(words) else None


def _has_name_part(words: list[str]) -> bool:
    whole = "".join(words)
    return bool(_NAME_PARTS.search(whole)) and not _NO_NAME_PARTS.search(whole)


def _headingwords_of(cell: str) -> list[str]:
    text = (
        _CAMEL.sub(" ", unicodedata.normalize("NFC", cell[:MAX_HEADING]))
        .replace("'s", "")
        .replace("’s", "")
        .casefold()
        .replace("_", " ")
    )
    text = _JOINED.sub(r"\1\2", _EMAIL_SPELLINGS.sub(r"e\1\2", text))
    return [word for part in re.split(r"[^\w'’\u0e31-\u0e4e\u0900-\u0dff]+", text) if (word := folded(part))]
