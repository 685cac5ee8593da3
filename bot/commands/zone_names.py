"""Names of time zones that people type: abbreviations, and places other than the cities of the zone database."""

from __future__ import annotations

from typing import Final

# Hours from UTC, as the abbreviation says in every season: "EST" in summer is an hour off New York's time.
OFFSETS: Final = {
    "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "WAT": 1, "CEST": 2, "MESZ": 2, "EET": 2,
    "SAST": 2, "CAT": 2, "EEST": 3, "MSK": 3, "TRT": 3, "EAT": 3, "GST": 4, "PKT": 5, "NPT": 5.75, "WIB": 7, "ICT": 7,
    "SGT": 8, "HKT": 8, "MYT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10, "ACDT": 10.5,
    "AEDT": 11, "NZST": 12, "NZDT": 13,
    "NDT": -2.5, "BRT": -3, "ART": -3, "ADT": -3, "NST": -3.5, "EDT": -4, "CLT": -4, "EST": -5, "CDT": -5, "COT": -5,
    "PET": -5, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "AKDT": -8, "AKST": -9, "HST": -10,
}  # fmt: skip

# The places whose winter or summer time it is.
SEASONS: Final = {
    **dict.fromkeys(("EST", "EDT"), "America/New_York"), **dict.fromkeys(("CDT",), "America/Chicago"),
    **dict.fromkeys(("MST", "MDT"), "America/Denver"), **dict.fromkeys(("PST", "PDT"), "America/Los_Angeles"),
    **dict.fromkeys(("CET", "CEST", "MEZ", "MESZ"), "Europe/Berlin"), "BST": "Europe/London",
    **dict.fromkeys(("EET", "EEST"), "Europe/Helsinki"), **dict.fromkeys(("WET", "WEST"), "Europe/Lisbon"),
    **dict.fromkeys(("AEST", "AEDT"), "Australia/Sydney"), **dict.fromkeys(("NZST", "NZDT"), "Pacific/Auckland"),
}  # fmt: skip

# Names without a season: the place's time on that day.
REGIONS: Final = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
    "AET": "Australia/Sydney", "UK": "Europe/London", "US": "America/New_York", "NYC": "America/New_York",
    "EASTERN": "America/New_York", "CENTRAL": "America/Chicago", "MOUNTAIN": "America/Denver",
    "PACIFIC": "America/Los_Angeles",
}  # fmt: skip

# Of the United States or China; of India, Israel or Ireland; of the Atlantic or Arabia; and so on.
SEVERAL: Final = frozenset({"CST", "IST", "AST", "SST", "AMT", "ECT", "PYT", "LMT"})

_CITIES_BY_ZONE: Final = {
    "America/New_York": "eastern,us eastern,boston,washington,washington dc,dc,atlanta,miami,philadelphia,"
    "new york city,nueva york,nova york",
    "America/Chicago": "central,us central,austin,dallas,houston,texas",
    "America/Denver": "mountain,us mountain",
    "America/Los_Angeles": "pacific,us pacific,san francisco,seattle,san diego,san jose,las vegas,california,portland",
    "America/Halifax": "atlantic",
    "America/Toronto": "montreal,ottawa",
    "America/Sao_Paulo": "brasilia,rio,rio de janeiro,brazil,brazilian",
    "America/Mexico_City": "mexico,ciudad de mexico,cdmx",
    "Europe/London": "british,england,edinburgh,manchester,united kingdom,londres,londra,londen",
    "Europe/Dublin": "ireland,irish",
    "Europe/Lisbon": "portugal,lisboa,portuguese,western european,lisbonne,lissabon",
    "Europe/Berlin": "central european,germany,german,deutsche,munich,munchen,muenchen,munchner,hamburg,frankfurt,"
    "cologne,koln,kolner,stuttgart,dusseldorf,mitteleuropaische,deutscher,berlino,berlim,berlijn",
    "Europe/Vienna": "austria,austrian,wien,wiener",
    "Europe/Zurich": "switzerland,swiss,geneva,geneve,genf,bern,schweizer,zurcher",
    "Europe/Paris": "france,french,lyon,marseille,toulouse,parigi,parijs",
    "Europe/Madrid": "spain,spanish,espana,barcelona,valencia,sevilla,espanola",
    "Europe/Rome": "italy,italian,italia,roma,milan,milano,turin,torino",
    "Europe/Amsterdam": "netherlands,dutch,rotterdam,utrecht,the hague,nederland,nederlandse",
    "Europe/Brussels": "belgium,belgian,brussel,bruxelles",
    "Europe/Warsaw": "poland,polish,warszawa,krakow",
    "Europe/Stockholm": "sweden,swedish",
    "Europe/Helsinki": "eastern european,finland",
    "Europe/Athens": "greece,greek",
    "Asia/Kolkata": "india,indian,mumbai,bombay,delhi,new delhi,bangalore,bengaluru,chennai,hyderabad,pune",
    "Asia/Shanghai": "china,chinese,beijing,shenzhen",
    "Asia/Tokyo": "japan,japanese,osaka",
    "Asia/Seoul": "korea,korean",
    "Asia/Jerusalem": "israel,israeli,tel aviv",
    "Asia/Dubai": "abu dhabi,uae,gulf",
    "Australia/Sydney": "canberra,australian eastern",
    "Pacific/Auckland": "new zealand,wellington",
}
CITIES: Final = {name: zone for zone, names in _CITIES_BY_ZONE.items() for name in names.split(",")}
"""The zone of each place, in lower case without accents."""
