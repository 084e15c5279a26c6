/// Answers of products.
extension KnownAnswer {
    /// Sums of whole numbers are exact in any order, and below 2048 in float16 too.
    private static func product(
        _ name: String, rows: Int, depth: Int, columns: Int, isResult: Bool = false
    ) -> KnownAnswer {
        let x = wholeNumbers(rows * depth, modulus: 11)
        let weight = (0..<(columns * depth)).map { scattered($0, modulus: 13) }
        // Rows repeat after as many as the modulus is.
        let distinct = (0..<(min(rows, 11) * columns)).map { cell in
            (0..<depth).reduce(0.0) { sum, k in
                sum + Double(x[cell / columns * depth + k]) * Double(weight[cell % columns * depth + k])
            }
        }
        let expected = (0..<(rows * columns)).map { distinct[$0 % distinct.count] }
        let op = Linear(weight: .tensor("weight", [columns, depth]), epilogue: Epilogue())
        return KnownAnswer(
            name: name, family: .product, op: .linear(op),
            input: HostTensor(shape: [1, rows, depth], float32: x), expected: expected, arithmeticTolerance: 0,
            isResult: isResult
        ) { _, index in scattered(index, modulus: 13) }
    }

    /// No extent is a multiple of anything.
    package static var product: KnownAnswer { product("product", rows: 70, depth: 65, columns: 37) }

    /// Rows of whole vectors, and enough of them to fill and reuse every slot of local memory.
    package static var alignedProduct: KnownAnswer { product("aligned product", rows: 140, depth: 160, columns: 136) }

    /// Of fewer columns than any tile has: a GPU's items share nothing of it. The depth is such a result.
    package static var narrowProduct: KnownAnswer {
        product("narrow product", rows: 70, depth: 64, columns: 3, isResult: true)
    }

    /// As many tiles as keep several work-groups on every multiprocessor of a large GPU. What a matrix unit reads before it
    /// has arrived may be right when work-groups have one to themselves, so that this one belongs to paths on such units.
    package static var crowdedProduct: KnownAnswer {
        product("crowded product", rows: 17_000, depth: 128, columns: 264)
    }

    /// Everything that may follow a product but an activation: bias, layer scale, and the input as the residual.
    package static var finishedProduct: KnownAnswer {
        let (rows, width) = (21, 37)
        let x = wholeNumbers(rows * width, modulus: 11)
        let weight = { @Sendable (name: String, index: Int) in
            scattered(index, modulus: name == "weight" ? 13 : name == "bias" ? 9 : 5)
        }
        let expected = (0..<(rows * width)).map { cell in
            let (row, column) = (cell / width, cell % width)
            let sum = (0..<width).reduce(weight("bias", column)) {
                $0 + x[row * width + $1] * weight("weight", column * width + $1)
            }
            return Double(x[cell] + sum * weight("scale", column))
        }
        let op = Linear(
            weight: .tensor("weight", [width, width]),
            epilogue: Epilogue(
                bias: .tensor("bias", [width]), layerScale: .tensor("scale", [width]), residualCount: 1))
        return KnownAnswer(
            name: "finished product", family: .product, op: .linear(op),
            input: HostTensor(shape: [1, rows, width], float32: x), expected: expected, arithmeticTolerance: 1e-3,
            weight: weight)
    }

    /// x / 2 (1 + erf(x / sqrt 2)) at the whole numbers between -3 and 3.
    package static var geluProduct: KnownAnswer {
        let values = [
            -0.004049694, -0.045500264, -0.158655254, 0, 0.841344746, 1.954499736, 2.995950306,
        ]
        let (rows, depth, columns) = (18, 3, 20)
        let x = wholeNumbers(rows * depth, modulus: 3)
        let weight = { @Sendable (index: Int) in scattered(index, modulus: 3) }
        let expected = (0..<(rows * columns)).map { cell in
            let sum = (0..<depth).reduce(Float(0)) {
                $0 + x[cell / columns * depth + $1] * weight(cell % columns * depth + $1)
            }
            return values[Int(sum) + 3]
        }
        let op = Linear(weight: .tensor("weight", [columns, depth]), epilogue: Epilogue(activation: .gelu))
        return KnownAnswer(
            name: "gelu product", family: .product, op: .linear(op),
            input: HostTensor(shape: [1, rows, depth], float32: x), expected: expected, arithmeticTolerance: 1e-5
        ) { weight($1) }
    }

    /// Two products in one launch, each of more than one tile.
    package static var sharedProduct: KnownAnswer { product.sharedWithItsLike("shared product") }

    /// The same of whole vectors, as the encoders have them.
    package static var alignedSharedProduct: KnownAnswer {
        product("", rows: 70, depth: 128, columns: 72).sharedWithItsLike("aligned shared product")
    }

    private func sharedWithItsLike(_ name: String) -> KnownAnswer {
        guard case .linear(let op) = op else { preconditionFailure("a product") }
        return sharing(
            name, with: .linear(Linear(weight: .tensor("twin's weight", op.weight.shape), epilogue: Epilogue())))
    }
}
