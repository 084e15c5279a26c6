/// Answers of attention and layer norm.
extension KnownAnswer {
    /// Queries of zero give every key the same weight: the result is the mean of the values.
    package static var attention: KnownAnswer {
        let (tokens, width) = (140, 128)
        var qkv = wholeNumbers(tokens * 3 * width, modulus: 17)
        for token in 0..<tokens { for i in 0..<width { qkv[token * 3 * width + i] = 0 } }
        let means = (0..<width).map { channel in
            (0..<tokens).reduce(0.0) { $0 + Double(qkv[$1 * 3 * width + 2 * width + channel]) } / Double(tokens)
        }
        return KnownAnswer(
            name: "attention", family: .attention, op: .attention(Attention(headCount: 2)),
            input: HostTensor(shape: [1, tokens, 3 * width], float32: qkv),
            expected: (0..<(tokens * width)).map { means[$0 % width] }, arithmeticTolerance: 1e-5)
    }

    /// Keys are rows of a Hadamard matrix and their negatives; each query is one of them, long enough to see no other, so
    /// that the result is that key's value.
    package static var choosingAttention: KnownAnswer {
        let (tokens, headWidth) = (70, 64)
        let key = { (token: Int, i: Int) -> Float in
            let isNegative = (token % headWidth & i).nonzeroBitCount % 2 != token / headWidth
            return isNegative ? -8 : 8
        }
        let chosen = { (token: Int) in token * 29 % tokens }
        let value = { (token: Int, i: Int) in wholeNumber(token * headWidth + i, modulus: 17) }
        let qkv = (0..<(tokens * 3 * headWidth)).map { index -> Float in
            let (token, i) = (index / (3 * headWidth), index % headWidth)
            switch index / headWidth % 3 {
            case 0: return key(chosen(token), i)
            case 1: return key(token, i)
            default: return value(token, i)
            }
        }
        return KnownAnswer(
            name: "choosing attention", family: .attention, op: .attention(Attention(headCount: 1)),
            input: HostTensor(shape: [1, tokens, 3 * headWidth], float32: qkv),
            expected: (0..<(tokens * headWidth)).map { Double(value(chosen($0 / headWidth), $0 % headWidth)) },
            arithmeticTolerance: 1e-5)
    }

    /// Every query sees the same scores. Those of later keys are greater, first by less than what shares may grow without
    /// being taken anew, then by more; the result is their softmax by its formula.
    package static var climbingAttention: KnownAnswer {
        let (tokens, headWidth) = (200, 64)
        let score = { (token: Int) in (token * 29 % 5) + (token < 70 ? 0 : token < 140 ? 3 : 12) }
        let value = { (token: Int, i: Int) in wholeNumber(token * headWidth + i, modulus: 17) }
        let qkv = (0..<(tokens * 3 * headWidth)).map { index -> Float in
            let (token, i) = (index / (3 * headWidth), index % headWidth)
            switch index / headWidth % 3 {
            case 0: return i == 0 ? 8 : 0
            case 1: return i == 0 ? Float(score(token)) : wholeNumber(token + i, modulus: 7)
            default: return value(token, i)
            }
        }
        let shares = (0..<tokens).map { exponential(score($0) - 16) }
        let sums = (0..<headWidth).map { i in
            (0..<tokens).reduce(0.0) { $0 + shares[$1] * Double(value($1, i)) } / shares.reduce(0, +)
        }
        return KnownAnswer(
            name: "climbing attention", family: .attention, op: .attention(Attention(headCount: 1)),
            input: HostTensor(shape: [1, tokens, 3 * headWidth], float32: qkv),
            expected: (0..<(tokens * headWidth)).map { sums[$0 % headWidth] }, arithmeticTolerance: 1e-4,
            roundingCount: 16)
    }

    /// e to a whole number, by multiplication.
    private static func exponential(_ power: Int) -> Double {
        let e = power < 0 ? 1 / 2.718281828459045 : 2.718281828459045
        return (0..<abs(power)).reduce(1) { product, _ in product * e }
    }

    package static var sharedAttention: KnownAnswer {
        choosingAttention.sharing("shared attention", with: choosingAttention.op)
    }

    /// Rows that alternate between r + 3 and r - 3 have the mean r and the variance 9: their elements become 1 and -1, before
    /// weight and bias.
    package static var layerNorm: KnownAnswer {
        let (rows, width) = (5, 66)
        let sign = { (index: Int) in index % width % 2 == 0 ? 1.0 : -1.0 }
        let x = (0..<(rows * width)).map { Float(Double($0 / width) + 3 * sign($0)) }
        let weight = { @Sendable (name: String, index: Int) in
            scattered(index + (name == "bias" ? width : 0), modulus: 9)
        }
        let op = LayerNorm(weight: .tensor("weight", [width]), bias: .tensor("bias", [width]), epsilon: 1e-6)
        let expected = (0..<(rows * width)).map { cell in
            Double(weight("bias", cell % width)) + sign(cell) * Double(weight("weight", cell % width))
        }
        return KnownAnswer(
            name: "layer norm", family: .other, op: .layerNorm(op),
            input: HostTensor(shape: [1, rows, width], float32: x),
            expected: expected, arithmeticTolerance: 1e-5, weight: weight)
    }

    package static var sharedLayerNorm: KnownAnswer {
        let twin = LayerNorm(
            weight: .tensor("twin's weight", [66]), bias: .tensor("twin's bias", [66]), epsilon: 1e-6)
        return layerNorm.sharing("shared layer norm", with: .layerNorm(twin))
    }
}
