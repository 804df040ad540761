"""`bell-lap explain`: why somebody has a rank, a mark or a total."""

from cyclopts import App

from tracker.cli.show import NOW, How, show

_RACE_PARTS = 3

app = App(
    name="explain",
    help="Say why somebody has a rank, a mark or a total: the facts and rules that led to it.",
    result_action="return_value",
)


@app.command
def rank(where: str, competitor: str, /, *, how: How = NOW) -> None:
    """Explain a place in a race, or a rank in the classification of a distance.

    Parameters
    ----------
    where
        A race such as dresden-2024/men-500/final-a, or a distance such as dresden-2024/men-500.
    competitor
        The id that stands in the rows, such as felix-roussel.
    """
    if where.count("/") + 1 >= _RACE_PARTS:
        show(
            "explain",
            lambda documents, moment: documents.explain_place(where, competitor, as_of=moment),
            how,
        )
    else:
        show(
            "explain",
            lambda documents, moment: documents.explain_rank(where, competitor, as_of=moment),
            how,
        )


@app.command
def mark(race: str, competitor: str, /, *, how: How = NOW) -> None:
    """Explain where a competitor goes on to from a race, or that they do not."""
    show(
        "explain",
        lambda documents, moment: documents.explain_mark(race, competitor, as_of=moment),
        how,
    )


@app.command
def points(series: str, competitor: str, /, *, table: str = "men", how: How = NOW) -> None:
    """Explain a total of a series' standings; relay tables are by NOC."""
    show(
        "explain",
        lambda documents, moment: documents.explain_points(
            series, competitor, table=table, as_of=moment
        ),
        how,
    )
