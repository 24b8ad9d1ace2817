/// What is wrong with the tags of a template, and where.
public struct MergeProblem: Error, Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// `{frist_name}`: no such field.
        case unknownName(String, suggestion: String?)
        /// `{ first_name }`: a field's name with spaces around it.
        case spaces(String)
        /// `{#company}` without `{/company}`.
        case unclosedSection(String)
        /// `{/company}` without `{#company}` or `{^company}` before it.
        case unopenedSection(String)
        /// `{#city}{#company}{/city}`: `inner` is still open where `outer` is closed.
        case crossedSections(inner: String, outer: String)
    }

    public let kind: Kind
    /// From 1.
    public let line: Int
    /// From 1, counted in characters as a reader sees them.
    public let column: Int

    public var userMessage: String {
        let place = "Line \(line), column \(column): "
        switch kind {
        case .unknownName(let name, let suggestion?):
            return place + "there is no field named “\(name)”. Did you mean {\(suggestion)}?"
        case .unknownName(let name, nil):
            return place
                + "there is no field named “\(name)”. Choose one from the list of fields, or remove the braces."
        case .spaces(let name):
            return place + "a tag has no spaces inside its braces. Write {\(name)}."
        case .unclosedSection(let name):
            return place + "the section “\(name)” is never closed. Add {/\(name)} where it ends."
        case .unopenedSection(let name):
            return place + "{/\(name)} closes a section that was not opened. Add {#\(name)} before it, or remove it."
        case .crossedSections(let inner, let outer):
            return place + "{/\(outer)} comes while the section “\(inner)” is still open. Put {/\(inner)} before it."
        }
    }
}
