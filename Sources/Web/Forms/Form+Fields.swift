/// Form fields as elements. Each comes back with what was typed and, below it, what is wrong with it.
extension Form {
    /// A line of text. `type` is that of the input: "text", "email", "password", "number", "search", "url".
    func input(
        _ name: String, _ label: Phrase, type: String = "text", hint: Phrase? = nil, required: Bool = false,
        placeholder: String = "", autocomplete: String? = nil, attributes: HTML = ""
    ) -> HTML {
        field(
            name, label, hint, required,
            """
            <input type="\(type)" id="\(name)" name="\(name)" value="\(type == "password" ? "" : data[name])"\
            \(if: required, " required")\(if: !placeholder.isEmpty, " placeholder=\"\(placeholder)\"")\
            \(autocomplete.map { " autocomplete=\"\($0)\"" as HTML })\(state(name, hint))\(attributes)>
            """)
    }

    /// Several lines of text.
    func textArea(
        _ name: String, _ label: Phrase, rows: Int = 6, hint: Phrase? = nil, required: Bool = false,
        attributes: HTML = ""
    ) -> HTML {
        // HTML drops one line break after the tag: one of ours goes first.
        field(
            name, label, hint, required,
            """
            <textarea id="\(name)" name="\(name)" rows="\(rows)"\(if: required, " required")\
            \(state(name, hint))\(attributes)>
            \(data[name])</textarea>
            """)
    }

    /// One of several choices, each a value and its text.
    func select(
        _ name: String, _ label: Phrase, _ choices: [(value: String, text: Phrase)], hint: Phrase? = nil,
        required: Bool = false, attributes: HTML = ""
    ) -> HTML {
        let options: [HTML] = choices.map { choice in
            """
            <option value="\(choice.value)"\(if: choice.value == data[name], " selected")>\(t: choice.text)</option>
            """
        }
        return field(
            name, label, hint, required,
            """
            <select id="\(name)" name="\(name)"\(if: required, " required")\(state(name, hint))\(attributes)>\(options)</select>
            """)
    }

    /// A check box; sent as `on` when it is ticked.
    func checkBox(_ name: String, _ label: Phrase, hint: Phrase? = nil, attributes: HTML = "") -> HTML {
        """
        <div class="field" data-orientation="horizontal"\(if: problem(name) != nil, " data-invalid=\"true\"")>\
        <input type="checkbox" id="\(name)" name="\(name)"\(if: flag(name), " checked")\(state(name, hint))\(attributes)>\
        <div><label for="\(name)">\(t: label)</label>\(notes(name, hint))\(mark(name, label))</div></div>
        """
    }

    /// A file to choose. The form needs `enctype="multipart/form-data"` and the form token as its first field.
    /// - Parameter accept: empty for any.
    func file(
        _ name: String, _ label: Phrase, accept: String, hint: Phrase? = nil, required: Bool = true,
        isMultiple: Bool = false
    ) -> HTML {
        field(
            name, label, hint, required,
            """
            <input type="file" id="\(name)" name="\(name)"\(if: !accept.isEmpty, " accept=\"\(accept)\"")\
            \(if: isMultiple, " multiple")\(if: required, " required")\(state(name, hint))>
            """)
    }

    /// A hidden value that comes back.
    func hidden(_ name: String) -> HTML { "<input type=\"hidden\" name=\"\(name)\" value=\"\(data[name])\">" }

    /// What is wrong with the whole form, and with which of its fields, each a link to it; to be put above the fields. The
    /// page begins with it for the keyboard and for a screen reader.
    var summary: HTML? {
        guard !isValid else { return nil }
        let count = problemCount
        return """
            <div class="alert" data-variant="destructive" role="alert" tabindex="-1" autofocus>\(icon: "circle-alert")\
            <h2>\(t: count == 0 ? heading :
                .counted(count, one: "\(count) field needs attention", other: "\(count) fields need attention"))</h2>\
            <section>\(general.map { "<p>\(t: $0)</p>" as HTML })\(if: count > 0, list)</section></div>
            """
    }

    private var list: HTML {
        var list = HTML()
        list.inserts.append((0, .problems(problems)))
        return list
    }

    /// Tells the summary what the field is called.
    private func mark(_ name: String, _ label: Phrase) -> HTML {
        var mark = HTML()
        if problem(name) != nil { mark.inserts.append((0, .faultyField(name: name, label: label))) }
        return mark
    }

    private func field(
        _ name: String, _ label: Phrase, _ hint: Phrase?, _ required: Bool, _ control: HTML
    ) -> HTML {
        """
        <div class="field"\(if: problem(name) != nil, " data-invalid=\"true\"")>\
        <label for="\(name)"\(if: required, " class=\"required\"")>\(t: label)</label>\(control)\(notes(name, hint))\
        \(mark(name, label))</div>
        """
    }

    private func state(_ name: String, _ hint: Phrase?) -> HTML {
        let isInvalid = problem(name) != nil
        guard isInvalid || hint != nil else { return "" }
        let notes: HTML = """
            \(if: isInvalid, "\(name)-error")\(if: isInvalid && hint != nil, " ")\(if: hint != nil, "\(name)-hint")
            """
        return "\(if: isInvalid, " aria-invalid=\"true\"") aria-describedby=\"\(notes)\""
    }

    private func notes(_ name: String, _ hint: Phrase?) -> HTML {
        """
        \(problem(name).map { "<p role=\"alert\" id=\"\(name)-error\">\(t: $0)</p>" as HTML })\
        \(hint.map { "<p class=\"hint\" id=\"\(name)-hint\">\(t: $0)</p>" as HTML })
        """
    }
}
