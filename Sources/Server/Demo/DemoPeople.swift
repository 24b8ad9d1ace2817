internal import Campaigns
internal import Persistence

/// Invented people. The domains are reserved for examples (RFC 2606), so nobody real is ever meant.
enum DemoPeople {
    private struct Place {
        let country: String
        let cities: [String]
        let firstNames: [String]
        let lastNames: [String]
    }

    /// The same people for the same seed.
    static func make(_ count: Int, seed: UInt64 = 2026) -> [CheckedRecipient] {
        var random = SeededRandom(state: seed)
        return (1...count).map { number in
            let place = pick(places, &random)
            let first = pick(place.firstNames, &random)
            let last = pick(place.lastNames, &random)
            let hasCompany = Int.random(in: 0..<10, using: &random) < 8
            let company = hasCompany ? "\(pick(companyNames, &random)) \(pick(companyKinds, &random))" : ""
            let local = "\(plain(first)).\(plain(last)).\(number)"
            let email = "\(local)@\(pick(["example.com", "example.org", "example.net"], &random))"
            let fields = RecipientFields(
                email: email, firstName: first, lastName: last, company: company, country: place.country,
                city: pick(place.cities, &random), freeField1: pick(["basic", "plus", "premium"], &random),
                freeField2: String(2015 + Int.random(in: 0...10, using: &random)), freeField3: "")
            return CheckedRecipient(fields: fields, key: email)
        }
    }

    private static func pick<Value>(_ values: [Value], _ random: inout SeededRandom) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    /// ASCII letters only.
    private static func plain(_ name: String) -> String {
        RecipientFields.folded(name).filter { $0.isASCII && $0.isLetter }
    }

    private static let companyNames = [
        "Northwind", "Bluebird", "Alder & Ash", "Harbour", "Lumen", "Cobalt", "Juniper", "Meridian", "Saffron", "Tern",
        "Quarry", "Willow", "Beacon", "Granite", "Osprey", "Marigold", "Anchor", "Fjord", "Lindenhof", "Solstice",
    ]
    private static let companyKinds = [
        "Ltd", "GmbH", "SARL", "AB", "Studio", "Works", "Logistics", "Foods", "Books", "Lab",
    ]

    private static let places = [
        Place(
            country: "Germany", cities: ["Berlin", "Hamburg", "Köln", "München", "Leipzig"],
            firstNames: ["Anna", "Jürgen", "Lena", "Max", "Sabine", "Björn", "Käthe", "Uwe"],
            lastNames: ["Müller", "Schmidt", "Weiß", "Krüger", "Vogel", "Jäger", "Becker"]),
        Place(
            country: "France", cities: ["Paris", "Lyon", "Nantes", "Orléans"],
            firstNames: ["Camille", "Élodie", "François", "Inès", "Luc", "Zoé"],
            lastNames: ["Lefèvre", "Moreau", "Garçon", "Dubois", "d'Arcy"]),
        Place(
            country: "United Kingdom", cities: ["London", "Leeds", "Bristol", "Glasgow"],
            firstNames: ["Alice", "Oliver", "Priya", "Siobhán", "George", "Amelia"],
            lastNames: ["Smith", "O'Brien", "Patel", "Clarke-Jones", "Evans"]),
        Place(
            country: "Spain", cities: ["Madrid", "Málaga", "Sevilla"],
            firstNames: ["Begoña", "Íñigo", "Lucía", "Pablo", "Núria"],
            lastNames: ["García", "Muñoz", "Peña", "Ibáñez"]),
        Place(
            country: "Sweden", cities: ["Stockholm", "Malmö", "Umeå"],
            firstNames: ["Åsa", "Björn", "Elin", "Göran"], lastNames: ["Lindqvist", "Åkesson", "Öberg", "Nyström"]),
        Place(
            country: "Poland", cities: ["Kraków", "Łódź", "Gdańsk"],
            firstNames: ["Łukasz", "Małgorzata", "Paweł", "Zofia"], lastNames: ["Wójcik", "Kowalska", "Żak", "Nowak"]),
        Place(
            country: "Japan", cities: ["Tokyo", "Osaka", "Kyoto"],
            firstNames: ["Haruka", "Kenji", "Yuki", "Sora"], lastNames: ["Tanaka", "Sato", "Nakamura", "Ito"]),
    ]
}

/// SplitMix64 (Steele, Lea, Flood 2014): repeatable, and good for nothing secret.
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
