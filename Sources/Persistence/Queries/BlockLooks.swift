/// How many blocks are looked through at once until enough is found: few at first, then as many as will do by what was found in
/// those before.
struct BlockLooks {
    private(set) var next: Int
    private let most: Int
    private var seen = 0

    init(first: Int, most: Int) {
        next = first
        self.most = most
    }

    /// After some blocks: how many were found in all so far, of how many.
    mutating func looked(at blocks: Int, found: Int, of wanted: Int) {
        seen += blocks
        let grown = min(next * 4, most)
        guard found > 0 else { return next = grown }
        // An eighth more, for blocks differ.
        let likely = max(wanted - found, 0) * seen / found
        next = min(max(likely + likely / 8 + 1, 4), grown)
    }
}
