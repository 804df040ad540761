"""IOC codes of nations and neutral teams, which are not the ISO codes."""

from tracker.domain.refusals import UnknownNoc

_LETTERS_ALIKE = 2

CODES: frozenset[str] = frozenset(
    """
    AFG ALB ALG AND ANG ANT ARG ARM ARU ASA AUS AUT AZE BAH BAN BAR BDI BEL BEN BER BHU BIH BIZ
    BLR BOL BOT BRA BRN BRU BUL BUR CAF CAM CAN CAY CGO CHA CHI CHN CIV CMR COD COK COL COM CPV
    CRC CRO CUB CYP CZE DEN DJI DMA DOM ECU EGY ERI ESA ESP EST ETH FIJ FIN FRA FSM GAB GAM GBR
    GBS GEO GEQ GER GHA GRE GRN GUA GUI GUM GUY HAI HKG HON HUN INA IND IRI IRL IRQ ISL ISR ISV
    ITA IVB JAM JOR JPN KAZ KEN KGZ KIR KOR KOS KSA KUW LAO LAT LBA LBN LBR LCA LES LIE LTU LUX
    MAD MAR MAS MAW MDA MDV MEX MGL MHL MKD MLI MLT MNE MON MOZ MRI MTN MYA NAM NCA NED NEP NGR
    NIG NOR NRU NZL OMA PAK PAN PAR PER PHI PLE PLW PNG POL POR PRK PUR QAT ROU RSA RUS RWA SAM
    SEN SEY SGP SKN SLE SLO SMR SOL SOM SRB SRI SSD STP SUD SUI SUR SVK SWE SWZ SYR TAN TGA THA
    TJK TKM TLS TOG TPE TTO TUN TUR TUV UAE UGA UKR URU USA UZB VAN VEN VIE VIN YEM ZAM ZIM
    AIN OAR ROC EOR EUN FRG GDR SCG TCH URS YUG COR ISU
    """.split()
)
"""Nations of today, neutral teams, and past codes that old results carry."""


SHORT_TRACK: frozenset[str] = frozenset(
    """
    AUS AUT BEL BLR BRA BUL CAN CHN CRO CZE EST FIN FRA GBR GER HKG HUN IND IRL ISR ITA JPN KAZ
    KOR LAT LTU LUX MAS MGL NED NOR NZL PHI POL PRK ROU RUS SGP SLO SRB SUI SVK SWE THA TPE TUR
    UKR USA UZB
    """.split()
)
"""Who skates short track: likelier to be meant by a misprint."""


def nearest(code: str) -> str | None:
    """Return the known code that shares most letters, place by place, with an unknown one.

    None when no code shares at least two of them.
    """

    def alike(known: str) -> tuple[int, bool, str]:
        same = sum(a == b for a, b in zip(code, known, strict=False))
        return (same, known in SHORT_TRACK, known)

    best = max(CODES, key=alike)
    return best if alike(best)[0] >= _LETTERS_ALIKE else None


def check(code: str) -> str:
    """Return a known code.

    Raises UnknownNoc, with the nearest known code, when there is none such.
    """
    if code in CODES:
        return code
    hint = nearest(code)
    meant = f": did you mean {hint}?" if hint else ""
    raise UnknownNoc(f"{code} is not an IOC code{meant}")
