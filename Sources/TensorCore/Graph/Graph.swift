/// The result of a node or an input of the graph.
package struct Value: Sendable, Hashable {
    package let index: Int

    package init(index: Int) { self.index = index }
}

/// The part of the work that a node belongs to; a run reports its time by stage.
package enum Stage: String, Sendable, Hashable, CaseIterable {
    case prepare, encoders, decoder, fieldOfView
}

/// What a plan takes in.
package enum InputKind: Sendable, Hashable {
    /// 8-bit RGB, [rows, columns, 3], of any size.
    case photograph
    /// float32 of a fixed shape.
    case tensor(Shape)
}

/// One operation of a graph, its operands and where it comes from.
package struct Node: Sendable, Hashable {
    package let op: Op
    package let inputs: [Value]
    package let output: Value
    /// The module that made the node, in the reference's words: `encoder.patch_encoder.blocks.0.attn.qkv`.
    package let scope: String
    package let stage: Stage

    package init(op: Op, inputs: [Value], output: Value, scope: String, stage: Stage) {
        self.op = op
        self.inputs = inputs
        self.output = output
        self.scope = scope
        self.stage = stage
    }
}

/// Operations as values, in the order in which a model asked for them. Values are numbered: a value is an input of
/// the graph or the output of exactly one node.
package struct Graph: Sendable {
    package private(set) var shapes: [Shape] = []
    package private(set) var inputs: [(value: Value, kind: InputKind)] = []
    package private(set) var nodes: [Node] = []
    package var outputs: [(name: String, value: Value)] = []

    package init() {}

    package func shape(_ value: Value) -> Shape { shapes[value.index] }

    /// Adds an input. A photograph's shape is counted as [1, 1, 3], because its size is known only when it arrives.
    package mutating func input(_ kind: InputKind) -> Value {
        switch kind {
        case .photograph: shapes.append([1, 1, 3])
        case .tensor(let shape): shapes.append(shape)
        }
        let value = Value(index: shapes.count - 1)
        inputs.append((value, kind))
        return value
    }

    /// Adds a node and returns its output.
    package mutating func append(_ op: Op, _ inputs: [Value], scope: String, stage: Stage) -> Value {
        shapes.append(op.outputShape(inputs.map(shape)))
        let output = Value(index: shapes.count - 1)
        nodes.append(Node(op: op, inputs: inputs, output: output, scope: scope, stage: stage))
        return output
    }

    /// Puts another operation in a node's place; the output keeps its number and must keep its shape.
    package mutating func replace(nodeAt index: Int, with op: Op, inputs: [Value]) {
        let old = nodes[index]
        precondition(op.outputShape(inputs.map(shape)) == shape(old.output), "\(old.scope): the shape changed")
        nodes[index] = Node(op: op, inputs: inputs, output: old.output, scope: old.scope, stage: old.stage)
    }
}
