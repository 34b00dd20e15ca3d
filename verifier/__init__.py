"""Verifier: from a reported number to a signed statement anyone can check. The folders, in the order a case flows:

accounts     people, organisations, signing in
registry     programmes, their years, reporting units, and the body a unit names
rulepacks    the rules of each programme as data
reports      emission reports: intake, versions, recalculation
engagements  one unit, one year, one verification body: the case and its team
checks       1 boundary · 2 data · 3 site
findings     raise, answer, resolve
evidence     stored files and photos
casework     the case as a whole: tasks, events (who is told of what), due dates, materiality, trail
statement    conclusion, independent review, signatures, PDF, public check
programme    the authority's view of a year
core         the method: pure functions and values, no database and no web
audit        append-only trails and their signed checkpoints
jobs         background tasks in a database queue
web          what pages share: permissions, forms, refusals, transactions, lists
maintenance  backup, restore, sweeping, diagnostics
cli          the commands, with and without the app
terminal     what commands print, in the installation's language
demo         people and cases at every stage
migrations   database revisions
translations message catalogues, English and Chinese

app.py         builds the application          config.py      its settings
db.py          models' base and session        cache.py       the process's cache
sandbox.py     reads untrusted files          failpoints.py  where tests may kill a process
"""
