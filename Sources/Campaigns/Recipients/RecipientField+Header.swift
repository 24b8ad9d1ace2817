extension RecipientField {
    /// The field that a CSV column with this heading holds: in any case, with spaces, hyphens, underscores or dots,
    /// in English, German, French and Spanish. nil if it is none of them.
    public init?(heading: String) {
        let key = RecipientFields.folded(heading).unicodeScalars.filter {
            $0.properties.isAlphabetic || ("0"..."9").contains($0)
        }
        guard let field = Self.headings[String(String.UnicodeScalarView(key))] else { return nil }
        self = field
    }

    /// Folded, only letters and digits.
    private static let headings: [String: RecipientField] = {
        let words: [(RecipientField, String)] = [
            (
                .email,
                "email mail emailaddress mailaddress emailadresse mailadresse eposta epost correo correoelectronico direccioncorreo direcciondecorreo"
            ),
            (
                .email,
                "direcciondecorreoelectronico adressemail adressedemail adressedemessagerie adresseemail adresseelectronique courriel adressecourriel emailid subscriber emailaddresses"
            ),
            (
                .firstName,
                "firstname first forename givenname given vorname rufname prenom nombre nombredepila fname"
            ),
            (
                .lastName,
                "lastname last surname familyname family nachname familienname name nom nomdefamille apellido apellidos lname sn"
            ),
            (
                .company,
                "company companyname organisation organization org firma firmenname unternehmen betrieb societe entreprise raisonsociale empresa compania organizacion employer"
            ),
            (.country, "country countryname land staat pays pais nation"),
            (.city, "city town ort stadt wohnort ville ciudad localidad locality poblacion commune"),
            (
                .freeField1,
                "freefield1 free1 custom1 field1 customfield1 extra1 freifeld1 champlibre1 campolibre1 zusatz1"
            ),
            (
                .freeField2,
                "freefield2 free2 custom2 field2 customfield2 extra2 freifeld2 champlibre2 campolibre2 zusatz2"
            ),
            (
                .freeField3,
                "freefield3 free3 custom3 field3 customfield3 extra3 freifeld3 champlibre3 campolibre3 zusatz3"
            ),
        ]
        var headings: [String: RecipientField] = [:]
        for (field, list) in words {
            for word in list.split(separator: " ") { headings[String(word)] = field }
        }
        return headings
    }()
}
