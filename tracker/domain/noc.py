"""IOC codes of nations and neutral teams, which are not the ISO codes."""

from difflib import get_close_matches

from tracker.domain.refusals import UnknownNoc

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


def nearest(code: str) -> str | None:
    """Return the known code most like an unknown one, or None."""
    close = get_close_matches(code, sorted(CODES), n=1, cutoff=0.6)
    if close:
        return close[0]
    return None


def check(code: str) -> str:
    """Return a known code.

    Raises UnknownNoc, with the nearest known code, when there is none such.
    """
    if code in CODES:
        return code
    hint = nearest(code)
    meant = f": did you mean {hint}?" if hint else ""
    raise UnknownNoc(f"{code} is not an IOC code{meant}")
