/// Answers of what moves numbers and hardly computes.
extension KnownAnswer {
    /// A photograph of three by six pixels, stretched to six by six: each new row lies a quarter from an old one.
    package static var preparation: KnownAnswer {
        let (rows, side) = (3, 6)
        let pixels = (0..<(rows * side * 3)).map { UInt8($0 * 37 % 256) }
        let expected = (0..<(side * side * 3)).map { cell in
            let place = max(0, (Double(cell / 3 / side) + 0.5) / 2 - 0.5)
            let (first, share) = (Int(place), place - Double(Int(place)))
            let pixel = { (row: Int) in Double(pixels[min(row, rows - 1) * side * 3 + cell % (side * 3)]) }
            return (pixel(first) * (1 - share) + pixel(first + 1) * share) / 127.5 - 1
        }
        return KnownAnswer(
            name: "preparation", family: .other, op: .prepareImage(PrepareImage(side: side)),
            input: HostTensor(shape: [rows, side, 3], uint8: pixels), expected: expected, arithmeticTolerance: 1e-5)
    }

    /// Four crops of four by four tokens without their class tokens, less a row or column on every inner edge.
    package static var merging: KnownAnswer {
        let (tokensPerSide, width, padding) = (4, 5, 1)
        let x = (0..<(4 * (1 + tokensPerSide * tokensPerSide) * width)).map(Float.init)
        let kept = tokensPerSide - padding
        let expected = (0..<(4 * kept * kept * width)).map { cell in
            let (row, column) = (cell / width / (2 * kept), cell / width % (2 * kept))
            let crop = row / kept * 2 + column / kept
            // The second of two crops begins behind its padding.
            let inner = { (index: Int) in index % kept + (index >= kept ? padding : 0) }
            let token = 1 + inner(row) * tokensPerSide + inner(column)
            return Double(x[(crop * (1 + tokensPerSide * tokensPerSide) + token) * width + cell % width])
        }
        let op = MergeTokens(
            sources: (0..<4).map { MergeTokens.Source(input: 0, crop: $0) }, side: 2, tokensPerSide: tokensPerSide,
            padding: padding)
        return KnownAnswer(
            name: "merging", family: .other, op: .mergeTokens(op),
            input: HostTensor(shape: [4, 1 + tokensPerSide * tokensPerSide, width], float32: x), expected: expected,
            arithmeticTolerance: 0)
    }

    /// A map beside itself.
    package static var concatenation: KnownAnswer {
        let (places, channels) = (12, 5)
        let x = (0..<(places * channels)).map(Float.init)
        let expected = (0..<(places * 2 * channels)).map { cell in
            Double(x[cell / (2 * channels) * channels + cell % channels])
        }
        return KnownAnswer(
            name: "concatenation", family: .other, op: .concatenate,
            input: HostTensor(shape: [1, 3, 4, channels], float32: x), expected: expected, arithmeticTolerance: 0)
    }

    /// Halving a slope of whole numbers takes means of two of them in each direction.
    package static var downsample: KnownAnswer {
        let side = 8
        let x = (0..<(side * side * 3)).map { (cell: Int) -> Float in
            let (row, column) = (cell / 3 / side, cell / 3 % side)
            return Float(4 * row + 8 * column)
        }
        let half = side / 2
        let expected = (0..<(half * half * 3)).map { cell in
            let (row, column) = (cell / 3 / half, cell / 3 % half)
            return 4 * (2 * Double(row) + 0.5) + 8 * (2 * Double(column) + 0.5)
        }
        return KnownAnswer(
            name: "downsample", family: .other, op: .downsample(Downsample(factor: 2)),
            input: HostTensor(shape: [1, side, side, 3], float32: x), expected: expected, arithmeticTolerance: 1e-5)
    }
}
