"""What the publications about Dresden say, copied from them and not from the demo's data."""

PODIUMS: dict[str, tuple[tuple[str, str], ...]] = {
    "men-500": (
        ("felix-roussel", "40.078"),
        ("jordan-pierre-gilles", "40.619"),
        ("lukasz-kuczynski", "41.583"),
    ),
    "men-1000-2": (
        ("park-ji-won", "1:25.130"),
        ("jang-sungwoo", "1:25.317"),
        ("adil-galiakhmetov", "1:25.419"),
    ),
    "men-1500": (
        ("william-dandjinou", "2:11.460"),
        ("stijn-desmet", "2:11.711"),
        ("kim-gun-woo", "2:11.785"),
    ),
    "men-5000-relay": (
        ("kor-men", "6:45.889"),
        ("jpn-men", "6:46.174"),
        ("hun-men", "6:48.230"),
    ),
    "mixed-2000-relay": (
        ("usa-mixed", "2:36.586"),
        ("ned-mixed", "2:36.684"),
        ("kor-mixed", "2:37.192"),
    ),
    "women-500": (
        ("xandra-velzeboer", "42.108"),
        ("wang-ye", "42.714"),
        ("kamila-stormowska", "43.958"),
    ),
    "women-1000-1": (
        ("kim-gilli", "1:29.246"),
        ("xandra-velzeboer", "1:29.319"),
        ("kamila-stormowska", "1:29.399"),
    ),
    "women-1000-2": (
        ("kim-gilli", "1:31.480"),
        ("suzanne-schulting", "1:31.593"),
        ("corinne-stoddard", "1:31.601"),
    ),
    "women-1500": (
        ("hanne-desmet", "2:20.346"),
        ("kristen-santos-griswold", "2:20.397"),
        ("suzanne-schulting", "2:20.694"),
    ),
    "women-3000-relay": (
        ("ned-women", "4:05.405"),
        ("can-women", "4:06.076"),
        ("usa-women", "4:09.740"),
    ),
}
"""Medals and times of Final A; the men's 1000 m (1) has two versions and is tested by itself."""

FINAL_B: dict[str, tuple[tuple[str, str], ...]] = {
    "men-500": (
        ("quentin-fercoq", "42.029"),
        ("teun-boer", "42.451"),
        ("seo-yi-ra", "45.413"),
    ),
    "men-1000-1": (
        ("luca-spechenhauser", "1:26.056"),
        ("pietro-sighel", "1:26.304"),
        ("hiroki-yokoyama", "1:26.308"),
    ),
    "men-1000-2": (
        ("steven-dubois", "1:25.891"),
        ("roberts-kruzbergs", "1:25.952"),
        ("friso-emons", "1:26.514"),
    ),
    "men-1500": (
        ("daan-kos", "2:11.448"),
        ("yerkebulan-shamukhanov", "2:11.530"),
        ("keita-watanabe", "2:11.758"),
    ),
    "women-500": (
        ("kim-boutin", "43.453"),
        ("selma-poutsma", "43.526"),
        ("chiara-betti", "43.560"),
    ),
    "women-1000-1": (
        ("claudia-gagnon", "1:31.258"),
        ("lee-so-youn", "1:31.560"),
        ("park-ji-won-w", "1:31.677"),
    ),
    "women-1000-2": (
        ("park-ji-yun", "1:31.870"),
        ("shim-suk-hee", "1:31.938"),
        ("danae-blais", "1:31.999"),
    ),
    "women-1500": (
        ("danae-blais", "2:43.826"),
        ("arianna-sighel", "2:43.870"),
        ("cloe-ollivier", "2:44.332"),
    ),
}
"""The first three of each Final B that is published."""

PENALISED: dict[str, str] = {
    "women-1500/final-a": "gloria-ioriatti",
    "women-1000-1/final-b": "michelle-velzeboer",
    "men-500/final-a": "denis-nikisha",
    "women-1000-2/final-a": "hanne-desmet",
    "men-5000-relay/final-a": "pol-men",
}

START_POSITIONS: dict[str, tuple[str, int]] = {
    "women-1500/final-a": ("gloria-ioriatti", 3),
    "women-1000-1/final-b": ("michelle-velzeboer", 3),
    "men-500/final-a": ("denis-nikisha", 1),
    "women-1000-2/final-a": ("hanne-desmet", 1),
}
"""The only start positions that are published."""

LINE_UPS: dict[str, frozenset[str]] = {
    "usa-mixed": frozenset(
        {"Kristen Santos-Griswold", "Andrew Heo", "Marcus Howard", "Corinne Stoddard"}
    ),
    "ned-mixed": frozenset({"Xandra Velzeboer", "Friso Emons", "Teun Boer", "Selma Poutsma"}),
    "ned-women": frozenset(
        {"Suzanne Schulting", "Yara van Kerkhof", "Selma Poutsma", "Xandra Velzeboer"}
    ),
    "kor-men": frozenset({"Park Ji Won", "Jang Sungwoo", "Kim Gun Woo", "Kim Tae Sung"}),
}
"""The only line-ups that are published."""

NAMED = frozenset(
    name.strip()
    for name in """
    Park Ji Won|Felix Roussel|Steven Dubois|Thomas Nadalini|William Dandjinou|Stijn Desmet
    Kim Gun Woo|Andrew Heo|Friso Emons|Pascal Dion|Denis Nikisha|Jordan Pierre-Gilles
    Lukasz Kuczynski|Jang Sungwoo|Adil Galiakhmetov|Daan Kos|Kim Tae Sung|Marcus Howard|Teun Boer
    Luca Spechenhauser|Pietro Sighel|Hiroki Yokoyama|Roberts Kruzbergs|Yerkebulan Shamukhanov
    Keita Watanabe|Itzhak de Laat|Zhang Bohao|Quentin Fercoq|Seo Yi Ra|Kim Gilli
    Xandra Velzeboer|Kamila Stormowska|Corinne Stoddard|Claudia Gagnon|Lee So Youn
    Michelle Velzeboer|Suzanne Schulting|Kristen Santos-Griswold|Hanne Desmet|Park Ji Yun
    Shim Suk Hee|Danae Blais|Arianna Sighel|Cloe Ollivier|Elisa Confortola|Mirei Nakashima
    Seo Whi Min|Gloria Ioriatti|Wang Ye|Kim Boutin|Selma Poutsma|Chiara Betti
    Renee Marie Steenge|Yara van Kerkhof
    """.strip()
    .replace("\n", "|")
    .split("|")
)
"""Everybody whom a publication names."""


def milliseconds(printed: str) -> int:
    """Return a time as printed, such as `1:26.406`, in thousandths."""
    minutes, _, seconds = printed.rpartition(":")
    whole, thousandths = seconds.split(".")
    return (int(minutes or 0) * 60 + int(whole)) * 1_000 + int(thousandths)
