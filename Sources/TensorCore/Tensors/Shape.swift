/// The extents of a row-major tensor, outermost first; a scalar has none.
package struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
    package let dimensions: [Int]

    package init(_ dimensions: [Int]) { self.dimensions = dimensions }
    package init(arrayLiteral elements: Int...) { dimensions = elements }

    package var rank: Int { dimensions.count }
    package var elementCount: Int { dimensions.reduce(1, *) }
    package subscript(axis: Int) -> Int { dimensions[axis] }

    /// The innermost extent: channels of a map, width of a token; 1 for a scalar.
    package var channels: Int { dimensions.last ?? 1 }
    /// How many vectors of `channels` elements the tensor holds.
    package var rows: Int { dimensions.dropLast().reduce(1, *) }

    /// The same shape with another innermost extent.
    package func replacingChannels(with channels: Int) -> Shape { Shape(dimensions.dropLast() + [channels]) }

    package var description: String { "[" + dimensions.map(String.init).joined(separator: ", ") + "]" }
}
