"""`bell-lap log …` and `bell-lap projections …`: looking after what is stored."""

from cyclopts import App

log = App(name="log", help="Verify, export or import the event log.", result_action="return_value")
projections = App(
    name="projections", help="See or rebuild the read models.", result_action="return_value"
)
