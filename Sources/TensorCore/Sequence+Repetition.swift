extension Sequence where Element: Hashable {
    /// The elements without repetition, in the order in which they come first.
    package var withoutRepetition: [Element] {
        var seen = Set<Element>()
        return filter { seen.insert($0).inserted }
    }
}
