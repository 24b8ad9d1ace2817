/// A Lucide icon by its name, from the one sprite `icons.svg` (its names are in `assets/icons.txt`). Decoration:
/// what it means is always said in words beside it, or in the `aria-label` of what holds it.
public struct Icon: Sendable, Hashable {
    public let name: String

    public init(_ name: String) { self.name = name }
}
