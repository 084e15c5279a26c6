/// Answers over maps. Every tap, channel and position has numbers of its own, so that no two can be taken for one another.
/// Each comes twice: with extents that are multiples of nothing, and aligned, with channels that fill whole vectors and
/// slabs, as the networks have them: kernels read those by other code.
extension KnownAnswer {
    /// A map of whole numbers between -2 and 2, [1, rows, columns, channels], with zeros around it.
    private struct WholeMap {
        let (rows, columns, channels): (Int, Int, Int)
        let values: [Float]

        init(_ rows: Int, _ columns: Int, _ channels: Int) {
            (self.rows, self.columns, self.channels) = (rows, columns, channels)
            values = (0..<(rows * columns * channels)).map { scattered($0, modulus: 5) }
        }

        subscript(row: Int, column: Int, channel: Int) -> Float {
            guard (0..<rows).contains(row), (0..<columns).contains(column) else { return 0 }
            return values[(row * columns + column) * channels + channel]
        }

        var tensor: HostTensor { HostTensor(shape: [1, rows, columns, channels], float32: values) }
    }

    /// Between -1 and 1 for weights, so that the sums of a few hundred terms are exact in float16; more for biases.
    private static let weight = { @Sendable (name: String, index: Int) in
        scattered(index, modulus: name == "weight" ? 3 : 9)
    }

    /// Winograd's minimal filtering, which the CPU may take for aligned maps, rounds on its way to whole numbers.
    private static let filteringTolerance = 1e-3

    /// As many as `count` of them.
    private static func weights(_ count: Int) -> [Float] { (0..<count).map { weight("weight", $0) } }

    package static var convolution: KnownAnswer {
        convolution("convolution", WholeMap(9, 7, 19), outputs: 21)
    }

    package static var alignedConvolution: KnownAnswer {
        convolution("aligned convolution", WholeMap(9, 7, 64), outputs: 136, tolerance: filteringTolerance)
    }

    /// As ``narrowProduct``.
    package static var narrowConvolution: KnownAnswer {
        convolution("narrow convolution", WholeMap(9, 7, 19), outputs: 3, isResult: true)
    }

    /// 3x3 with padding 1, a bias and a rectifier.
    private static func convolution(
        _ name: String, _ map: WholeMap, outputs: Int, tolerance: Double = 0, isResult: Bool = false
    ) -> KnownAnswer {
        let weights = weights(outputs * 9 * map.channels)
        let expected = (0..<(map.rows * map.columns * outputs)).map { cell in
            let (row, column, output) = (cell / outputs / map.columns, cell / outputs % map.columns, cell % outputs)
            var sum = weight("bias", output)
            for tap in 0..<9 {
                for channel in 0..<map.channels {
                    sum +=
                        map[row + tap / 3 - 1, column + tap % 3 - 1, channel]
                        * weights[(output * 9 + tap) * map.channels + channel]
                }
            }
            return Double(max(sum, 0))
        }
        let op = Conv2D(
            weight: .tensor("weight", [outputs, 3, 3, map.channels]), padding: 1,
            epilogue: Epilogue(bias: .tensor("bias", [outputs]), activation: .relu))
        return KnownAnswer(
            name: name, family: .convolution, op: .conv2D(op), input: map.tensor, expected: expected,
            arithmeticTolerance: tolerance, isResult: isResult, weight: weight)
    }

    package static var residualConvolution: KnownAnswer {
        residualConvolution("residual convolution", WholeMap(5, 6, 19))
    }

    package static var alignedResidualConvolution: KnownAnswer {
        residualConvolution("aligned residual convolution", WholeMap(5, 6, 64), tolerance: filteringTolerance)
    }

    /// A residual unit's second half: it rectifies what it reads, and adds it as it was.
    private static func residualConvolution(_ name: String, _ map: WholeMap, tolerance: Double = 0) -> KnownAnswer {
        let weights = weights(map.channels * 9 * map.channels)
        let expected = (0..<map.values.count).map { cell in
            let (place, output) = (cell / map.channels, cell % map.channels)
            var sum = map.values[cell]
            for tap in 0..<9 {
                for channel in 0..<map.channels {
                    sum +=
                        max(map[place / map.columns + tap / 3 - 1, place % map.columns + tap % 3 - 1, channel], 0)
                        * weights[(output * 9 + tap) * map.channels + channel]
                }
            }
            return Double(sum)
        }
        let op = Conv2D(
            weight: .tensor("weight", [map.channels, 3, 3, map.channels]), padding: 1, rectifiesInput: true,
            epilogue: Epilogue(residualCount: 1))
        return KnownAnswer(
            name: name, family: .convolution, op: .conv2D(op), input: map.tensor,
            expected: expected, arithmeticTolerance: tolerance, weight: weight)
    }

    package static var upsampling: KnownAnswer { upsampling("upsampling", WholeMap(5, 4, 19), outputs: 21) }

    package static var alignedUpsampling: KnownAnswer {
        upsampling("aligned upsampling", WholeMap(5, 4, 64), outputs: 72)
    }

    /// Each pixel becomes four, each by a matrix of its own.
    private static func upsampling(_ name: String, _ map: WholeMap, outputs: Int) -> KnownAnswer {
        let expected = (0..<(4 * map.rows * map.columns * outputs)).map { cell in
            let (row, column) = (cell / outputs / (2 * map.columns), cell / outputs % (2 * map.columns))
            let (phase, output) = (row % 2 * 2 + column % 2, cell % outputs)
            let sum = (0..<map.channels).reduce(weight("bias", output)) {
                $0 + map[row / 2, column / 2, $1]
                    * weight("weight", (phase * outputs + output) * map.channels + $1)
            }
            return Double(sum)
        }
        let op = UpsampleConv(
            weight: .tensor("weight", [2, 2, outputs, map.channels]),
            epilogue: Epilogue(bias: .tensor("bias", [outputs])))
        return KnownAnswer(
            name: name, family: .convolution, op: .upsampleConv(op), input: map.tensor, expected: expected,
            arithmeticTolerance: 0, weight: weight)
    }

    package static var subpixelConvolution: KnownAnswer {
        subpixelConvolution("subpixel convolution", WholeMap(5, 4, 19), outputs: 21)
    }

    package static var alignedSubpixelConvolution: KnownAnswer {
        subpixelConvolution("aligned subpixel convolution", WholeMap(5, 4, 64), outputs: 72)
    }

    /// Upsampling behind a 3x3 convolution: 2x2 taps for each phase, and a bias that differs along the border.
    private static func subpixelConvolution(_ name: String, _ map: WholeMap, outputs: Int) -> KnownAnswer {
        let border = { (index: Int, count: Int) in index == 0 ? 0 : index == count - 1 ? 2 : 1 }
        let expected = (0..<(4 * map.rows * map.columns * outputs)).map { cell in
            let (row, column) = (cell / outputs / (2 * map.columns), cell / outputs % (2 * map.columns))
            let (phase, output) = (row % 2 * 2 + column % 2, cell % outputs)
            let place = border(row, 2 * map.rows) * 3 + border(column, 2 * map.columns)
            var sum = weight("border", place * outputs + output)
            for tap in 0..<4 {
                for channel in 0..<map.channels {
                    sum +=
                        map[row / 2 + tap / 2 + phase / 2 - 1, column / 2 + tap % 2 + phase % 2 - 1, channel]
                        * weight("weight", ((phase * outputs + output) * 4 + tap) * map.channels + channel)
                }
            }
            return Double(sum)
        }
        let op = SubpixelConv(
            weight: .tensor("weight", [2, 2, outputs, 2, 2, map.channels]),
            biasMap: .tensor("border", [3, 3, outputs]), epilogue: Epilogue())
        return KnownAnswer(
            name: name, family: .convolution, op: .subpixelConv(op), input: map.tensor,
            expected: expected, arithmeticTolerance: 0, weight: weight)
    }

    package static var embedding: KnownAnswer {
        embedding("embedding", WholeMap(11, 13, 3), width: 21, tokenSide: 4, places: [(0, 5), (3, 2)])
    }

    package static var alignedEmbedding: KnownAnswer {
        embedding("aligned embedding", WholeMap(40, 48, 3), width: 72, tokenSide: 16, places: [(0, 8), (5, 16)])
    }

    /// Two crops of a map, each of four cells; the class token in front, positions added.
    private static func embedding(
        _ name: String, _ map: WholeMap, width: Int, tokenSide: Int, places: [(row: Int, column: Int)]
    ) -> KnownAnswer {
        let crops = places.map { Crop(input: 0, row: $0.row, column: $0.column) }
        let expected = (0..<(crops.count * 5 * width)).map { cell in
            let (crop, token, output) = (crops[cell / width / 5], cell / width % 5, cell % width)
            let position = weight("position", token * width + output)
            guard token > 0 else { return Double(weight("class", output) + position) }
            var sum = weight("bias", output) + position
            for pixel in 0..<(tokenSide * tokenSide) {
                let row = crop.row + (token - 1) / 2 * tokenSide + pixel / tokenSide
                let column = crop.column + (token - 1) % 2 * tokenSide + pixel % tokenSide
                for channel in 0..<3 {
                    sum +=
                        map[row, column, channel]
                        * weight("weight", (output * tokenSide * tokenSide + pixel) * 3 + channel)
                }
            }
            return Double(sum)
        }
        let op = EmbedPatches(
            crops: crops, side: 2 * tokenSide, tokenSide: tokenSide,
            weight: .tensor("weight", [width, tokenSide, tokenSide, 3]), bias: .tensor("bias", [width]),
            classToken: .tensor("class", [width]), position: .tensor("position", [5, width]))
        return KnownAnswer(
            name: name, family: .product, op: .embedPatches(op), input: map.tensor, expected: expected,
            arithmeticTolerance: 0, weight: weight)
    }
}
