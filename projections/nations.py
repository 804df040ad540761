"""What the nations of short track are called, by IOC code."""

_NAMES = """
AIN Individual Neutral Athletes
ARG Argentina
AUS Australia
AUT Austria
BEL Belgium
BIH Bosnia and Herzegovina
BLR Belarus
BRA Brazil
BUL Bulgaria
CAN Canada
CHN China
COL Colombia
CRO Croatia
CZE Czechia
DEN Denmark
ESP Spain
EST Estonia
FIN Finland
FRA France
GBR Great Britain
GER Germany
GRE Greece
HKG Hong Kong, China
HUN Hungary
IND India
IRL Ireland
ISL Iceland
ISR Israel
ITA Italy
JPN Japan
KAZ Kazakhstan
KOR Korea
LAT Latvia
LTU Lithuania
LUX Luxembourg
MAS Malaysia
MEX Mexico
MGL Mongolia
NED Netherlands
NOR Norway
NZL New Zealand
OAR Olympic Athletes from Russia
PHI Philippines
POL Poland
PRK DPR Korea
ROC ROC
ROU Romania
RSA South Africa
RUS Russia
SGP Singapore
SLO Slovenia
SRB Serbia
SUI Switzerland
SVK Slovakia
SWE Sweden
THA Thailand
TPE Chinese Taipei
TUR Türkiye
UKR Ukraine
USA United States
UZB Uzbekistan
"""
NAMES: dict[str, str] = dict(line.split(" ", 1) for line in _NAMES.strip().splitlines())


def name_of(noc: str) -> str:
    """Return a nation's name, or its code when the name is not known here."""
    return NAMES.get(noc, noc)
