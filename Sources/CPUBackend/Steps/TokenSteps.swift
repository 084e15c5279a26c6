import CPUKernels
import TensorCore

/// Normalises tokens; a task is a block of them.
struct LayerNormStep: Step {
    let input: UnsafePointer<Float>
    let weight: UnsafePointer<Float>
    let bias: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let epsilon: Float
    let width: Int
    let kernels: cpu_kernels
    private let rows: Cut

    init(_ op: LayerNorm, _ node: Node, _ binder: Binder) {
        let shape = binder.plan.shape(node.inputs[0])
        input = binder.input(node.inputs[0])
        weight = binder.weight(op.weight)
        bias = binder.weight(op.bias)
        output = binder.output(node.output)
        epsilon = op.epsilon
        width = shape.channels
        kernels = binder.kernels
        rows = Cut(shape.rows, limit: max(1, Tiles.elementwiseFloatCount / max(1, width)))
    }

    var taskCount: Int { rows.count }
    var scratchCount: Int { 0 }

    func run(task: Int, _ context: TaskContext) {
        let offset = rows[task].lowerBound * width
        kernels.normalize_rows(rows[task].count, width, input + offset, weight, bias, epsilon, output + offset)
    }
}

/// Attention; a task is one head of one crop, for as many queries as share a packing of its keys and values.
struct AttentionStep: Step {
    let input: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let cropCount: Int
    let tokenCount: Int
    let width: Int
    let headCount: Int
    let kernels: cpu_kernels
    private let queries: Cut

    init(_ op: Attention, _ node: Node, _ binder: Binder) {
        let shape = binder.plan.shape(node.output)
        input = binder.input(node.inputs[0])
        output = binder.output(node.output)
        cropCount = shape[0]
        tokenCount = shape[1]
        width = shape[2]
        headCount = op.headCount
        kernels = binder.kernels
        queries = Cut(tokenCount, limit: Tiles.queryCount)
    }

    private var headWidth: Int { width / headCount }
    var taskCount: Int { cropCount * headCount * queries.count }
    var scratchCount: Int { kernels.attention_scratch(tokenCount, headWidth) }

    func run(task: Int, _ context: TaskContext) {
        let queries = queries[task % queries.count]
        let head = task / self.queries.count % headCount
        let crop = task / self.queries.count / headCount
        kernels.attention(
            tokenCount, width, headWidth, head, queries.lowerBound, queries.count,
            input + crop * tokenCount * 3 * width, context.scratch, output + crop * tokenCount * width)
    }
}

/// Copies token squares into a map; a task is one row of the map.
struct MergeTokensStep: Step {
    let inputs: [UnsafePointer<Float>]
    let output: UnsafeMutablePointer<Float>
    let op: MergeTokens
    let width: Int

    init(_ op: MergeTokens, _ node: Node, _ binder: Binder) {
        inputs = node.inputs.map(binder.input)
        output = binder.output(node.output)
        self.op = op
        width = binder.plan.shape(node.output).channels
    }

    var taskCount: Int { op.mapSide }
    var scratchCount: Int { 0 }

    /// The tokens that crop `index` of a row or column of crops gives, and where they go.
    private func kept(_ index: Int) -> (tokens: Range<Int>, first: Int) {
        let low = index == 0 ? 0 : op.padding
        let high = index == op.side - 1 ? op.tokensPerSide : op.tokensPerSide - op.padding
        return (low..<high, index * (op.tokensPerSide - 2 * op.padding) + low)
    }

    func run(task: Int, _ context: TaskContext) {
        let tokenCount = 1 + op.tokensPerSide * op.tokensPerSide
        for gridRow in 0..<op.side {
            let vertical = kept(gridRow)
            let row = vertical.tokens.lowerBound + task - vertical.first
            guard vertical.tokens.contains(row) else { continue }
            for gridColumn in 0..<op.side {
                let horizontal = kept(gridColumn)
                let source = op.sources[gridRow * op.side + gridColumn]
                let token = source.crop * tokenCount + 1 + row * op.tokensPerSide + horizontal.tokens.lowerBound
                (output + (task * op.mapSide + horizontal.first) * width).update(
                    from: inputs[source.input] + token * width, count: horizontal.tokens.count * width)
            }
        }
    }
}

/// Puts the channels of several tensors side by side; a task is a block of rows.
struct ConcatenateStep: Step {
    let inputs: [(base: UnsafePointer<Float>, channels: Int)]
    let output: UnsafeMutablePointer<Float>
    let channels: Int
    private let rows: Cut

    init(_ node: Node, _ binder: Binder) {
        inputs = node.inputs.map { (binder.input($0), binder.plan.shape($0).channels) }
        output = binder.output(node.output)
        let shape = binder.plan.shape(node.output)
        channels = shape.channels
        rows = Cut(shape.rows, limit: max(1, Tiles.elementwiseFloatCount / max(1, channels)))
    }

    var taskCount: Int { rows.count }
    var scratchCount: Int { 0 }

    func run(task: Int, _ context: TaskContext) {
        for row in rows[task] {
            var place = output + row * channels
            for input in inputs {
                place.update(from: input.base + row * input.channels, count: input.channels)
                place += input.channels
            }
        }
    }
}
