import CPUKernels
import TensorCore

/// Normalises tokens; a task is a block of them.
struct LayerNormStep: Step {
    let input: cpu_values
    let weight: UnsafePointer<Float>
    let bias: UnsafePointer<Float>
    let output: cpu_values
    let epsilon: Float
    let width: Int
    let kernels: cpu_kernels
    private let rows: Cut

    init(_ op: LayerNorm, _ node: Node, _ binder: Binder) {
        let shape = binder.plan.shape(node.inputs[0])
        input = binder.values(node.inputs[0])
        weight = binder.vector(op.weight)
        bias = binder.vector(op.bias)
        output = binder.values(node.output)
        epsilon = op.epsilon
        width = shape.channels
        kernels = binder.kernels
        rows = Cut(shape.rows, limit: max(1, Tiles.elementwiseFloatCount / max(1, width)))
    }

    var taskCount: Int { rows.count }
    var scratchByteCount: Int { 0 }

    func run(task: Int, _ context: TaskContext) {
        var (input, output) = (input, output)
        kernels.normalize_rows(
            rows[task].count, width, &input, rows[task].lowerBound * width, weight, bias, epsilon, &output)
    }
}

/// Attention; a task is one head of one crop, for as many queries as share a packing of its keys and values.
struct AttentionStep: Step {
    let input: cpu_values
    let output: cpu_values
    let cropCount: Int
    let tokenCount: Int
    let width: Int
    let headCount: Int
    let kernels: cpu_kernels
    private let queries: Cut

    init(_ op: Attention, _ node: Node, _ binder: Binder) {
        let shape = binder.plan.shape(node.output)
        input = binder.values(node.inputs[0])
        output = binder.values(node.output)
        cropCount = shape[0]
        tokenCount = shape[1]
        width = shape[2]
        headCount = op.headCount
        kernels = binder.kernels
        queries = Cut(tokenCount, limit: Tiles.queryCount)
    }

    private var headWidth: Int { width / headCount }
    var taskCount: Int { cropCount * headCount * queries.count }
    var scratchByteCount: Int { kernels.attention_scratch(tokenCount, headWidth, input.type) }

    func run(task: Int, _ context: TaskContext) {
        let queries = queries[task % queries.count]
        let (crop, head) = place(of: task)
        let later = task + context.workerCount
        let next = later < taskCount ? firstQuery(of: later) : -1
        var (input, output) = (input, output)
        kernels.attention(
            tokenCount, width, headWidth, head, queries.lowerBound, queries.count, &input,
            crop * tokenCount * 3 * width, next, context.scratch, &output, crop * tokenCount * width)
    }

    private func place(of task: Int) -> (crop: Int, head: Int) {
        (task / queries.count / headCount, task / queries.count % headCount)
    }

    /// Element of the input where the queries of a task's head begin.
    private func firstQuery(of task: Int) -> Int {
        let (crop, head) = place(of: task)
        return crop * tokenCount * 3 * width + head * headWidth
    }
}

/// Copies token squares into a map; a task is one row of the map.
struct MergeTokensStep: Step {
    let inputs: [cpu_values]
    let output: cpu_values
    let op: MergeTokens
    let width: Int
    let kernels: cpu_kernels

    init(_ op: MergeTokens, _ node: Node, _ binder: Binder) {
        inputs = node.inputs.map(binder.values)
        output = binder.values(node.output)
        self.op = op
        width = binder.plan.shape(node.output).channels
        kernels = binder.kernels
    }

    var taskCount: Int { op.mapSide }
    var scratchByteCount: Int { 0 }

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
                var (input, output) = (inputs[source.input], output)
                kernels.convert(
                    horizontal.tokens.count * width, &input, token * width, &output,
                    (task * op.mapSide + horizontal.first) * width)
            }
        }
    }
}

/// Puts the channels of several tensors side by side; a task is a block of rows.
struct ConcatenateStep: Step {
    let inputs: [(values: cpu_values, channels: Int)]
    let output: cpu_values
    let channels: Int
    let kernels: cpu_kernels
    private let rows: Cut

    init(_ node: Node, _ binder: Binder) {
        inputs = node.inputs.map { (binder.values($0), binder.plan.shape($0).channels) }
        output = binder.values(node.output)
        kernels = binder.kernels
        let shape = binder.plan.shape(node.output)
        channels = shape.channels
        rows = Cut(shape.rows, limit: max(1, Tiles.elementwiseFloatCount / max(1, channels)))
    }

    var taskCount: Int { rows.count }
    var scratchByteCount: Int { 0 }

    func run(task: Int, _ context: TaskContext) {
        var output = output
        for row in rows[task] {
            var place = row * channels
            for input in inputs {
                var values = input.values
                kernels.convert(input.channels, &values, row * input.channels, &output, place)
                place += input.channels
            }
        }
    }
}
