"""Invented recipients and a template with five merge tags and five links, whose mails are of 4 KB."""

import csv

FIRST = ["Ada", "Grace", "Barbara", "Edsger", "Zoë", "José", "Łukasz", "Anaïs", "Søren", "Mei"]
LAST = ["Lovelace", "Hopper", "Liskov", "Dijkstra", "Müller", "García", "Nowak", "Dubois", "Kierkegård", "Lin"]
PLACES = [("Austria", "Wien"), ("Poland", "Kraków"), ("France", "Nîmes"), ("Spain", "Málaga"), ("Norway", "Tromsø")]
HEADER = ["email", "first_name", "last_name", "company", "country", "city", "free_field1", "free_field2", "free_field3"]

OFFERS = ["", "/1?for={company}", "/2?for={company}", "/3?for={city}", "/4"]
TEXT = "We have thought of something that may be of use to you, and it is not dear. "


def write_csv(path, count):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(count):
            country, city = PLACES[number % 5]
            writer.writerow([f"person{number}@example.org", FIRST[number % 10], LAST[number // 10 % 10],
                             f"Company {number % 1000}", country, city, f"K{number}", "", "yes" if number % 3 else ""])


def template(sentences=2):
    """Its mails are as long as those of smtp-source: 4 KB with their plain text, counted links and picture. Where nothing is
    counted its end has to be of more sentences."""
    paragraphs = "\n".join(f'<p>{TEXT * 2}<a href="https://shop.example/offer{query}">An offer</a></p>' for query in OFFERS)
    return (f"<h1>Dear {{first_name}} {{last_name}},</h1>\n{paragraphs}\n"
            "<p>How are things in {city}, and at {company}? Your number is {free_field1}.</p>\n"
            f"<p>{TEXT * sentences}</p>\n")


def write_template(path):
    path.write_text(template(sentences=7), encoding="utf-8")
