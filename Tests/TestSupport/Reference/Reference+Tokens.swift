import Foundation
import TensorCore

extension Reference {
    static func layerNorm(_ op: LayerNorm, _ x: Tensor, _ constants: Constants) throws(WeightError) -> Tensor {
        let (weight, bias) = (try constants(op.weight), try constants(op.bias))
        var y = x
        let width = x.shape.channels
        for start in stride(from: 0, to: x.values.count, by: width) {
            let row = x.values[start..<(start + width)]
            let mean = row.reduce(0, +) / Double(width)
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            for c in 0..<width {
                y.values[start + c] =
                    (x.values[start + c] - mean) / (variance + Double(op.epsilon)).squareRoot() * weight[c] + bias[c]
            }
        }
        return y
    }

    static func linear(_ op: Linear, _ inputs: [Tensor], _ constants: Constants) throws(WeightError) -> Tensor {
        let x = inputs[0]
        let weight = try constants(op.weight)
        let (outputs, depth) = (op.weight.shape[0], op.weight.shape[1])
        var y = Tensor(zeros: x.shape.replacingChannels(with: outputs))
        for row in 0..<x.shape.rows {
            for o in 0..<outputs {
                var sum = 0.0
                for k in 0..<depth { sum += x.values[row * depth + k] * weight[o * depth + k] }
                y.values[row * outputs + o] = sum
            }
        }
        try finish(&y, op.epilogue, inputs, constants)
        return y
    }

    static func attention(_ op: Attention, _ qkv: Tensor) -> Tensor {
        let (crops, tokens, width) = (qkv.shape[0], qkv.shape[1], qkv.shape[2] / 3)
        let headWidth = width / op.headCount
        var y = Tensor(zeros: [crops, tokens, width])
        let at = { (crop: Int, token: Int, part: Int, channel: Int) in
            qkv.values[(crop * tokens + token) * 3 * width + part * width + channel]
        }
        for crop in 0..<crops {
            for channel in stride(from: 0, to: width, by: headWidth) {
                for query in 0..<tokens {
                    let scores = (0..<tokens).map { key in
                        (0..<headWidth).reduce(0.0) {
                            $0 + at(crop, query, 0, channel + $1) * at(crop, key, 1, channel + $1)
                        } / Double(headWidth).squareRoot()
                    }
                    let greatest = scores.max() ?? 0
                    let weights = scores.map { exp($0 - greatest) }
                    let total = weights.reduce(0, +)
                    for d in 0..<headWidth {
                        let sum = (0..<tokens).reduce(0.0) { $0 + weights[$1] * at(crop, $1, 2, channel + d) }
                        y.values[(crop * tokens + query) * width + channel + d] = sum / total
                    }
                }
            }
        }
        return y
    }

    static func mergeTokens(_ op: MergeTokens, _ inputs: [Tensor]) -> Tensor {
        let width = inputs[0].shape.channels
        var y = Tensor(shape: [1, op.mapSide, op.mapSide, width], values: [])
        for gridRow in 0..<op.side {
            for row in 0..<op.tokensPerSide where isKept(row, gridRow, op) {
                for gridColumn in 0..<op.side {
                    let source = op.sources[gridRow * op.side + gridColumn]
                    let crop = inputs[source.input]
                    for column in 0..<op.tokensPerSide where isKept(column, gridColumn, op) {
                        let token = source.crop * crop.shape[1] + 1 + row * op.tokensPerSide + column
                        y.values += crop.values[(token * width)..<((token + 1) * width)]
                    }
                }
            }
        }
        return y
    }

    private static func isKept(_ index: Int, _ place: Int, _ op: MergeTokens) -> Bool {
        (place == 0 || index >= op.padding) && (place == op.side - 1 || index < op.tokensPerSide - op.padding)
    }

    static func concatenate(_ inputs: [Tensor]) -> Tensor {
        let channels = inputs.reduce(0) { $0 + $1.shape.channels }
        var y = Tensor(shape: inputs[0].shape.replacingChannels(with: channels), values: [])
        for row in 0..<inputs[0].shape.rows {
            for x in inputs { y.values += x.values[(row * x.shape.channels)..<((row + 1) * x.shape.channels)] }
        }
        return y
    }

    /// Bias, activation, layer scale and residuals on sums of products.
    static func finish(
        _ y: inout Tensor, _ epilogue: Epilogue, _ inputs: [Tensor], _ constants: Constants
    ) throws(WeightError) {
        let (bias, scale) = (try constants(epilogue.bias), try constants(epilogue.layerScale))
        let channels = y.shape.channels
        for index in y.values.indices {
            var value = y.values[index] + (bias?[index % channels] ?? 0)
            switch epilogue.activation {
            case .none: break
            case .relu: value = value < 0 ? 0 : value
            case .gelu: value = value * 0.5 * erfc(-value / 2.0.squareRoot())
            }
            value *= scale?[index % channels] ?? 1
            for residual in inputs.dropFirst() { value += residual.values[index] }
            y.values[index] = value
        }
    }
}
