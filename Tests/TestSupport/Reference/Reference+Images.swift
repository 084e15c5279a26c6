import TensorCore

extension Reference {
    static func prepareImage(_ op: PrepareImage, _ photograph: Tensor) -> Tensor {
        let normalized = photograph.values.map { $0 / 127.5 - 1 }
        let values = resize(
            normalized, rows: photograph.shape[0], columns: photograph.shape[1], channels: 3, toRows: op.side,
            columns: op.side)
        return Tensor(shape: [1, op.side, op.side, 3], values: values)
    }

    /// Bilinear with half-pixel centres, no antialiasing: [rows, columns, channels] to [toRows, columns, channels].
    package static func resize(
        _ values: [Double], rows: Int, columns: Int, channels: Int, toRows: Int, columns toColumns: Int
    ) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(toRows * toColumns * channels)
        for row in 0..<toRows {
            let (top, bottom, vertical) = neighbours(row, rows, toRows)
            for column in 0..<toColumns {
                let (left, right, horizontal) = neighbours(column, columns, toColumns)
                for c in 0..<channels {
                    let at = { (y: Int, x: Int) in values[(y * columns + x) * channels + c] }
                    let above = (1 - horizontal) * at(top, left) + horizontal * at(top, right)
                    let below = (1 - horizontal) * at(bottom, left) + horizontal * at(bottom, right)
                    result.append((1 - vertical) * above + vertical * below)
                }
            }
        }
        return result
    }

    private static func neighbours(_ index: Int, _ inputCount: Int, _ outputCount: Int) -> (Int, Int, Double) {
        let source = max(0, (Double(index) + 0.5) * Double(inputCount) / Double(outputCount) - 0.5)
        let low = min(Int(source), inputCount - 1)
        return (low, min(low + 1, inputCount - 1), source - Double(low))
    }

    static func downsample(_ op: Downsample, _ x: Tensor) -> Tensor {
        let (images, rows, columns, channels) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
        let size = rows * columns * channels
        let values = (0..<images).flatMap { image in
            resize(
                Array(x.values[(image * size)..<((image + 1) * size)]), rows: rows, columns: columns,
                channels: channels,
                toRows: rows / op.factor, columns: columns / op.factor)
        }
        return Tensor(shape: [images, rows / op.factor, columns / op.factor, channels], values: values)
    }

    static func embedPatches(
        _ op: EmbedPatches, _ inputs: [Tensor], _ constants: Constants
    ) throws(WeightError) -> Tensor {
        let (weight, bias) = (try constants(op.weight), try constants(op.bias))
        let (classToken, position) = (try constants(op.classToken), try constants(op.position))
        let width = op.weight.shape[0]
        let cellsPerSide = op.side / op.tokenSide
        var y = Tensor(shape: [op.crops.count, op.tokenCount, width], values: [])
        for crop in op.crops {
            for o in 0..<width { y.values.append(classToken[o] + position[o]) }
            let map = inputs[crop.input]
            for cell in 0..<(cellsPerSide * cellsPerSide) {
                let row = crop.row + cell / cellsPerSide * op.tokenSide
                let column = crop.column + cell % cellsPerSide * op.tokenSide
                for o in 0..<width {
                    var sum = bias[o] + position[(1 + cell) * width + o]
                    for dy in 0..<op.tokenSide {
                        for i in 0..<(op.tokenSide * 3) {
                            sum +=
                                map.values[((row + dy) * map.shape[2] + column) * 3 + i]
                                * weight[(o * op.tokenSide + dy) * op.tokenSide * 3 + i]
                        }
                    }
                    y.values.append(sum)
                }
            }
        }
        return y
    }

    /// 1 / clamp(scale * inverse depth, 1e-4, 1e4), resized from [side, side] to [height, width].
    package static func metricDepth(
        inverseDepth: [Double], side: Int, height: Int, width: Int, scale: Double
    ) -> [Double] {
        let resized = resize(
            inverseDepth.map { $0 * scale }, rows: side, columns: side, channels: 1, toRows: height, columns: width)
        return resized.map { $0.isNaN ? .nan : 1 / min(max($0, 1e-4), 1e4) }
    }
}
