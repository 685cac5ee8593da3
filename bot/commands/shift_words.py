"""The words of shifts of time in seven languages: numbers, units, "in", "later" and "earlier"."""

from __future__ import annotations

from typing import Final, NamedTuple


class ShiftWords(NamedTuple):
    """The words of one language, as patterns without groups, in lower case."""

    numbers: str
    """The words for 1 to 12, separated by commas; several words for one number by slashes."""
    months: str
    weeks: str
    days: str
    hours: str
    minutes: str
    ahead: str
    """In front of an amount: it counts from now."""
    from_now: str
    """Behind an amount: it counts from now."""
    later: str
    """Behind an amount: it counts from the webinar's start, like the next one."""
    earlier: str
    by: str
    """In front of an amount that is later or earlier, without a meaning of its own."""
    conjunction: str
    """Between two amounts."""
    phrases: tuple[tuple[str, str], ...] = ()
    """Amounts in words, and the same in figures."""


LANGUAGES: Final = (
    ShiftWords(
        numbers="a/an/one,two,three,four,five,six,seven,eight,nine,ten,eleven,twelve",
        months=r"months?|mos?\.?",
        weeks=r"w|wks?\.?|weeks?",
        days=r"d|days?",
        hours=r"h|hrs?\.?|hours?",
        minutes=r"m|mins?\.?|minutes?",
        ahead=r"in",
        from_now=r"from now|from today",
        later=r"later|after(?:wards)?",
        earlier=r"earlier|sooner|before",
        by=r"by",
        conjunction=r"and",
        phrases=(
            (r"(?:half an|a half|half a|½ an?) hour", "30 minutes"),
            (r"an? hour and a half", "90 minutes"),
            (r"(?:a )?quarter of an hour", "15 minutes"),
            (r"(?:a |one )?fortnight", "2 weeks"),
        ),
    ),
    ShiftWords(
        numbers="ein/eine/einen/einem/einer/eins,zwei,drei,vier,fünf/fuenf,sechs,sieben,acht,neun,zehn,elf,zwölf/zwoelf",
        months=r"monat(?:e[ns]?|s)?",
        weeks=r"wochen?",
        days=r"tag(?:en?)?",
        hours=r"std\.?|stunden?",
        minutes=r"min\.?|minuten?",
        ahead=r"in",
        from_now=r"von heute an|ab heute|ab jetzt",
        later=r"sp(?:ä|ae)ter|danach",
        earlier=r"fr(?:ü|ue)her|eher|davor",
        by=r"um",
        conjunction=r"und",
        phrases=(
            (r"(?:einer |eine )?halben? stunde", "30 minuten"),
            (r"(?:anderthalb|eineinhalb) stunden", "90 minuten"),
            (r"(?:einer |eine )?viertelstunde", "15 minuten"),
        ),
    ),
    ShiftWords(
        numbers="un/une,deux,trois,quatre,cinq,six,sept,huit,neuf,dix,onze,douze",
        months=r"mois",
        weeks=r"semaines?",
        days=r"j|jours?",
        hours=r"h|heures?",
        minutes=r"min|minutes?",
        ahead=r"dans|d['’]ici",
        from_now=r"(?:à partir|a partir) d(?:e maintenant|['’]aujourd['’]hui)",
        later=r"plus tard|apr[eè]s",
        earlier=r"plus t[oô]t|avant",
        by=r"de",
        conjunction=r"et",
        phrases=((r"(?:une )?demi[- ]heure", "30 minutes"), (r"(?:une |1 )?heure et demie", "90 minutes")),
    ),
    ShiftWords(
        numbers="un/una/uno,dos,tres,cuatro,cinco,seis,siete,ocho,nueve,diez,once,doce",
        months=r"mes(?:es)?",
        weeks=r"semanas?",
        days=r"d[ií]as?",
        hours=r"h|horas?",
        minutes=r"min|minutos?",
        ahead=r"en|dentro de",
        from_now=r"a partir de (?:ahora|hoy)|desde hoy",
        later=r"m[aá]s tarde|despu[eé]s",
        earlier=r"antes|m[aá]s temprano",
        by=r"por",
        conjunction=r"y",
        phrases=((r"media hora", "30 minutos"), (r"(?:una |1 )?hora y media", "90 minutos")),
    ),
    ShiftWords(
        numbers="un/una/uno,due,tre,quattro,cinque,sei,sette,otto,nove,dieci,undici,dodici",
        months=r"mes[ei]",
        weeks=r"settiman[ae]",
        days=r"giorn[oi]",
        hours=r"h|or[ae]",
        minutes=r"min|minut[oi]",
        ahead=r"tra|fra",
        from_now=r"a partire da (?:adesso|ora|oggi)|da oggi",
        later=r"dopo|pi[uù] tardi",
        earlier=r"prima",
        by=r"di",
        conjunction=r"e",
        phrases=((r"mezz['’ ]?ora", "30 minuti"), (r"(?:un['’ ]?ora|1 ora) e mezza", "90 minuti")),
    ),
    ShiftWords(
        numbers="um/uma,dois/duas,três/tres,quatro,cinco,seis,sete,oito,nove,dez,onze,doze",
        months=r"m[eê]s(?:es)?",
        weeks=r"semanas?",
        days=r"dias?",
        hours=r"h|horas?",
        minutes=r"min|minutos?",
        ahead=r"em|dentro de|daqui a",
        from_now=r"a partir de (?:agora|hoje)",
        later=r"depois|mais tarde",
        earlier=r"antes|mais cedo",
        by=r"por",
        conjunction=r"e",
        phrases=((r"meia hora", "30 minutos"), (r"(?:uma |1 )?hora e meia", "90 minutos")),
    ),
    ShiftWords(
        numbers="een/één/eén,twee,drie,vier,vijf,zes,zeven,acht,negen,tien,elf,twaalf",
        months=r"maand(?:en)?",
        weeks=r"weken|week",
        days=r"dag(?:en)?",
        hours=r"uur|uren",
        minutes=r"min|minu(?:ut|ten)",
        ahead=r"over",
        from_now=r"vanaf (?:nu|vandaag)",
        later=r"later|daarna",
        earlier=r"eerder|vroeger",
        by=r"met",
        conjunction=r"en",
        phrases=((r"(?:een |één )?half uur", "30 minuten"), (r"(?:anderhalf|anderhalve) uur", "90 minuten")),
    ),
)
