"""Invented recipients and a template of 4 KB with five merge tags."""

import csv

FIRST = ["Ada", "Grace", "Barbara", "Edsger", "Zoë", "José", "Łukasz", "Anaïs", "Søren", "Mei"]
LAST = ["Lovelace", "Hopper", "Liskov", "Dijkstra", "Müller", "García", "Nowak", "Dubois", "Kierkegård", "Lin"]
PLACES = [("Austria", "Wien"), ("Poland", "Kraków"), ("France", "Nîmes"), ("Spain", "Málaga"), ("Norway", "Tromsø")]
HEADER = ["email", "first_name", "last_name", "company", "country", "city", "free_field1", "free_field2", "free_field3"]

TEXT = "We have thought of something that may be of use to you, and it is not dear. "


def write_csv(path, count):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(count):
            country, city = PLACES[number % 5]
            writer.writerow([f"person{number}@example.org", FIRST[number % 10], LAST[number // 10 % 10],
                             f"Company {number % 1000}", country, city, f"K{number}", "", "yes" if number % 3 else ""])


def template():
    paragraphs = "\n".join(f"<p>{TEXT * 3}</p>" for _ in range(13))
    html = (f"<h1>Dear {{first_name}} {{last_name}},</h1>\n{paragraphs}\n"
            "<p>How are things in {city}, and at {company}? Your number is {free_field1}.</p>\n")
    return html + "<p>" + "." * max(0, 3900 - len(html.encode())) + "</p>\n"


def write_template(path):
    path.write_text(template(), encoding="utf-8")
