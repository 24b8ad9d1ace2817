"""A djangoMailer with a million recipients comes over: the sample dump of the tests, to one of whose users they are added."""

import measure
import database
import people

SAMPLE = measure.ROOT / "Tests/MovingTests/Samples/djangomailer-sample.sql"
KEY = "b1Q4nVQmT0sYyqv3m1w0b8p3K7n0t5R2x9J6c4L8aZE="
RECIPIENTS = "COPY public.campaign_recipient "
# Alice, by her profile; the sample's own ids end long before.
PROFILE, FIRST_ID = 2, 1_000_000


def write_dump(path, rows):
    with open(SAMPLE, encoding="utf-8") as sample, open(path, "w", encoding="utf-8") as dump:
        for line in sample:
            dump.write(line)
            if not line.startswith(RECIPIENTS):
                continue
            for number in range(rows):
                country, city = people.PLACES[number % 5]
                dump.write("\t".join((
                    str(FIRST_ID + number), people.FIRST[number % 10], people.LAST[number // 10 % 10],
                    f"Company {number % 1000}", f"reader{number}@example.org", country, city, f"K{number}", "\\N", "yes", str(PROFILE))))
                dump.write("\n")


def run(options, folder):
    dump = folder / "dump.sql"
    write_dump(dump, options.rows)
    results = []
    for name, more in [("dry run", ["--dry-run"]), ("import", []), ("import again, which adds nothing", [])]:
        data = folder / "data"
        # What the sample has of faults is told, and is no failure.
        cost = measure.run([measure.MARTLET, "import-djangomailer", "--dump", dump, *more, "--report", folder / "report.csv",
                            "--data", data], folder / "log", DJANGOMAILER_FIELD_ENCRYPTION_KEY=KEY, **database.environment(data))
        (folder / "report.csv").unlink(missing_ok=True)
        if not more:
            with database.Ledger(data) as ledger:
                there = ledger.one("SELECT SUM(recipients) FROM account")
            if not options.rows <= there <= options.rows + 100:
                raise SystemExit(f"bench: {there} recipients came over")
        print(f"bench: {name}: {cost.seconds:.1f} s", flush=True)
        results.append((f"djangoMailer with {options.rows:,} recipients: {name}", f"**{cost.seconds:.1f} s**",
                        f"{options.rows / cost.seconds:,.0f} rows/s, dump of {dump.stat().st_size / 1e6:.0f} MB; CPU {cost.cpu:.1f} s; "
                        f"peak {cost.megabytes:.0f} MB"))
    database.drop(data)
    return results
