/// A rewrite of a graph that is equal in real arithmetic and cheaper; results differ by rounding only.
package enum Fusion: String, Sendable, Hashable, CaseIterable {
    /// W [a, b] = W_a a + W_b b: a linear map of concatenated upsampled maps becomes the sum of two, each of which can
    /// then melt into its transposed convolution.
    case splitConcatenation
    /// A linear map behind a transposed convolution is one transposed convolution.
    case linearIntoUpsample
    /// A 3x3 convolution behind a transposed convolution is a 2x2 convolution for each output phase.
    case convIntoUpsample
}

extension Graph {
    /// Applies rewrites, each over the whole graph, in the order in which one makes room for the next.
    package func fused(_ fusions: Set<Fusion> = Set(Fusion.allCases)) -> Graph {
        Fusion.allCases.filter(fusions.contains).reduce(self) { graph, fusion in
            GraphRewriter(graph).rewrite { node, inputs, rewriter in
                switch fusion {
                case .splitConcatenation: splitConcatenation(node, inputs, &rewriter)
                case .linearIntoUpsample: fuseLinearIntoUpsample(node, inputs, &rewriter)
                case .convIntoUpsample: fuseConvIntoUpsample(node, inputs, &rewriter)
                }
            }
        }
    }
}

/// Copies a graph node by node and lets a rule put something else in a node's place. What a rule leaves unused
/// disappears when the graph becomes a plan.
package struct GraphRewriter {
    private let source: Graph
    /// How many nodes that matter to an output read each value, and how many outputs it is.
    private let useCounts: [Int]
    private(set) var target = Graph()
    /// The value of the new graph for each value of the old one.
    private var mapping: [Value: Value] = [:]
    /// The old value behind each value of the new graph that stands for one.
    private var origins: [Value: Value] = [:]
    private var producers: [Value: Node] = [:]

    package init(_ source: Graph) {
        self.source = source
        var counts = [Int](repeating: 0, count: source.shapes.count)
        for output in source.outputs { counts[output.value.index] += 1 }
        for node in source.nodes.reversed() where counts[node.output.index] > 0 {
            for input in node.inputs { counts[input.index] += 1 }
        }
        useCounts = counts
    }

    /// A rule gets a node and its inputs in the new graph; it returns the value to stand for the node's output, or nil
    /// to keep the node.
    package typealias Rule = (_ node: Node, _ inputs: [Value], _ rewriter: inout GraphRewriter) -> Value?

    package consuming func rewrite(_ rule: Rule) -> Graph {
        for (value, kind) in source.inputs { bind(value, to: target.input(kind)) }
        for node in source.nodes {
            let inputs = node.inputs.compactMap { mapping[$0] }
            bind(node.output, to: rule(node, inputs, &self) ?? append(node.op, inputs, like: node))
        }
        target.outputs = source.outputs.compactMap { output in mapping[output.value].map { (output.name, $0) } }
        return target
    }

    /// Adds a node to the new graph under the name of `model`.
    package mutating func append(_ op: Op, _ inputs: [Value], like model: Node) -> Value {
        let output = target.append(op, inputs, scope: model.scope, stage: model.stage)
        producers[output] = Node(op: op, inputs: inputs, output: output, scope: model.scope, stage: model.stage)
        return output
    }

    /// The node of the new graph that makes a value which nothing but the node being rewritten reads.
    package func soleProducer(of value: Value) -> Node? {
        guard let origin = origins[value], useCounts[origin.index] == 1 else { return nil }
        return producers[value]
    }

    private mutating func bind(_ old: Value, to new: Value) {
        mapping[old] = new
        origins[new] = old
    }
}
