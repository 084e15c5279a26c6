import TensorCore

extension Reference {
    static func conv2D(_ op: Conv2D, _ inputs: [Tensor], _ constants: Constants) throws(WeightError) -> Tensor {
        let x = inputs[0]
        let weight = try constants(op.weight)
        let (outputs, kernelRows, kernelColumns) = (op.weight.shape[0], op.weight.shape[1], op.weight.shape[2])
        let channels = x.shape[3]
        var y = Tensor(zeros: Op.conv2D(op).outputShape(inputs.map(\.shape)))
        for pixel in 0..<y.shape.rows {
            let (image, place) = (pixel / (y.shape[1] * y.shape[2]), pixel % (y.shape[1] * y.shape[2]))
            for dy in 0..<kernelRows {
                let row = place / y.shape[2] * op.stride - op.padding + dy
                guard row >= 0 && row < x.shape[1] else { continue }
                for dx in 0..<kernelColumns {
                    let column = place % y.shape[2] * op.stride - op.padding + dx
                    guard column >= 0 && column < x.shape[2] else { continue }
                    let source = ((image * x.shape[1] + row) * x.shape[2] + column) * channels
                    for o in 0..<outputs {
                        let tap = ((o * kernelRows + dy) * kernelColumns + dx) * channels
                        for c in 0..<channels {
                            let value = x.values[source + c]
                            y.values[pixel * outputs + o] +=
                                (op.rectifiesInput && value < 0 ? 0 : value) * weight[tap + c]
                        }
                    }
                }
            }
        }
        try finish(&y, op.epilogue, inputs, constants)
        return y
    }

    static func upsampleConv(
        _ op: UpsampleConv, _ inputs: [Tensor], _ constants: Constants
    ) throws(WeightError) -> Tensor {
        let x = inputs[0]
        let weight = try constants(op.weight)
        let (outputs, channels) = (op.weight.shape[2], x.shape[3])
        var y = Tensor(zeros: Op.upsampleConv(op).outputShape(inputs.map(\.shape)))
        for pixel in 0..<y.shape.rows {
            let (image, row, column) = split(pixel, y.shape)
            let source = ((image * x.shape[1] + row / 2) * x.shape[2] + column / 2) * channels
            for o in 0..<outputs {
                let tap = ((row % 2 * 2 + column % 2) * outputs + o) * channels
                for c in 0..<channels { y.values[pixel * outputs + o] += x.values[source + c] * weight[tap + c] }
            }
        }
        try finish(&y, op.epilogue, inputs, constants)
        return y
    }

    static func subpixelConv(
        _ op: SubpixelConv, _ inputs: [Tensor], _ constants: Constants
    ) throws(WeightError) -> Tensor {
        let x = inputs[0]
        let (weight, biasMap) = (try constants(op.weight), try constants(op.biasMap))
        let (outputs, channels) = (op.weight.shape[2], x.shape[3])
        var y = Tensor(zeros: Op.subpixelConv(op).outputShape(inputs.map(\.shape)))
        let edge = { (index: Int, count: Int) in index == 0 ? 0 : index == count - 1 ? 2 : 1 }
        for pixel in 0..<y.shape.rows {
            let (image, row, column) = split(pixel, y.shape)
            let (a, b) = (row % 2, column % 2)
            for s in 0..<2 {
                for t in 0..<2 {
                    let (sourceRow, sourceColumn) = (row / 2 + s + a - 1, column / 2 + t + b - 1)
                    guard (0..<x.shape[1]).contains(sourceRow), (0..<x.shape[2]).contains(sourceColumn) else {
                        continue
                    }
                    let source = ((image * x.shape[1] + sourceRow) * x.shape[2] + sourceColumn) * channels
                    for o in 0..<outputs {
                        let tap = ((((a * 2 + b) * outputs + o) * 2 + s) * 2 + t) * channels
                        for c in 0..<channels {
                            y.values[pixel * outputs + o] += x.values[source + c] * weight[tap + c]
                        }
                    }
                }
            }
            if let biasMap {
                let place = edge(row, y.shape[1]) * 3 + edge(column, y.shape[2])
                for o in 0..<outputs { y.values[pixel * outputs + o] += biasMap[place * outputs + o] }
            }
        }
        try finish(&y, op.epilogue, inputs, constants)
        return y
    }

    /// Image, row and column of a map's pixel.
    private static func split(_ pixel: Int, _ shape: Shape) -> (Int, Int, Int) {
        (pixel / shape[2] / shape[1], pixel / shape[2] % shape[1], pixel % shape[2])
    }
}
