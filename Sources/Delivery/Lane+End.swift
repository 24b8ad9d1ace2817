extension Lane.End {
    /// Whether the other conversations have nothing more to do either.
    var endsLane: Bool {
        switch self {
        case .idle, .crowded, .surplus: false
        case .unreachable, .fault: true
        }
    }

    /// What is to be said of a lane when another of its conversations ends: the worst counts.
    func joined(by other: Self) -> Self {
        switch (self, other) {
        case (.fault, _): self
        case (_, .fault): other
        case (.unreachable, _): self
        case (_, .unreachable): other
        case (.crowded, _): self
        default: other
        }
    }
}
