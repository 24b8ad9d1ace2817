"""A CSV of a million people into an empty database, by the command."""

import statistics

import people
import yardstick
from site_client import Site


def run(options, folder):
    csv = folder / "people.csv"
    people.write_csv(csv, options.rows)
    costs, bare = [], []
    for number in range(options.runs):
        data = folder / f"data-{number}"
        with Site(data, folder / "serve.log") as site:
            site.register()
            costs.append(site.import_recipients(csv, folder / "import.log"))
        bare.append(yardstick.insert_select(options.rows))
        print(f"bench: run {number + 1}: {costs[-1].seconds:.1f} s", flush=True)
    seconds = statistics.median(cost.seconds for cost in costs)
    detail = (f"{options.rows / seconds:,.0f} rows/s, {csv.stat().st_size / 1e6:.0f} MB of CSV; "
              f"CPU {statistics.median(cost.cpu for cost in costs):.1f} s; "
              f"peak {max(cost.megabytes for cost in costs):.0f} MB; "
              f"runs: {', '.join(f'{cost.seconds:.1f}' for cost in costs)}; "
              f"{yardstick.said(statistics.median(bare), options.rows)}")
    return [(f"CSV import of {options.rows:,} rows", f"**{seconds:.1f} s**", detail)]
