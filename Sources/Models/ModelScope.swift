package import TensorCore

/// Builds a graph; scopes of one model share it.
package final class GraphBuilder {
    package var graph = Graph()
    package var stage = Stage.prepare

    package init() {}
}

/// A module of a model under construction: a prefix for the names of its weights, and the graph that it grows.
///
/// `scope["attn"].linear("qkv", x)` reads `PREFIX.attn.qkv.weight`, as the reference's modules do.
package struct ModelScope {
    package let builder: GraphBuilder
    package let prefix: String

    package init(_ builder: GraphBuilder, prefix: String = "") {
        self.builder = builder
        self.prefix = prefix
    }

    package subscript(_ name: String) -> ModelScope { ModelScope(builder, prefix: path(name)) }
    package subscript(_ index: Int) -> ModelScope { self[String(index)] }

    package func shape(_ value: Value) -> Shape { builder.graph.shape(value) }

    /// A tensor of the checkpoint under this scope.
    package func tensor(_ name: String, _ shape: Shape) -> Weight { .tensor(path(name), shape) }

    /// Adds an operation in this module's name.
    package func append(_ op: Op, _ inputs: Value...) -> Value {
        append(op, inputs)
    }

    package func append(_ op: Op, _ inputs: [Value]) -> Value {
        builder.graph.append(op, inputs, scope: prefix, stage: builder.stage)
    }

    private func path(_ name: String) -> String { prefix.isEmpty ? name : prefix + "." + name }
}

// Layers with the names and the weight layouts of torch.nn.
extension ModelScope {
    /// `torch.nn.LayerNorm` over the innermost axis.
    package func layerNorm(_ name: String, _ x: Value, epsilon: Float) -> Value {
        let width: Shape = [shape(x).channels]
        let weights = self[name]
        return weights.append(
            .layerNorm(
                LayerNorm(
                    weight: weights.tensor("weight", width), bias: weights.tensor("bias", width), epsilon: epsilon)),
            x)
    }

    /// `torch.nn.Linear`, and what follows it: y = activation(x W^T + b) * layerScale + residual.
    package func linear(
        _ name: String, _ x: Value, outputs: Int, activation: Epilogue.Activation = .none, layerScale: Weight? = nil,
        residual: Value? = nil
    ) -> Value {
        let weights = self[name]
        let epilogue = Epilogue(
            bias: weights.tensor("bias", [outputs]), activation: activation, layerScale: layerScale,
            residualCount: residual == nil ? 0 : 1)
        let op = Linear(weight: weights.tensor("weight", [outputs, shape(x).channels]), epilogue: epilogue)
        return weights.append(.linear(op), [x] + [residual].compactMap(\.self))
    }

    /// `torch.nn.Conv2d` with a 1 x 1 kernel: a linear map of each pixel.
    package func conv1x1(
        _ name: String, _ x: Value, outputs: Int, hasBias: Bool, activation: Epilogue.Activation = .none
    ) -> Value {
        let weights = self[name]
        let inputs = shape(x).channels
        let weight = Weight.reshaped(weights.tensor("weight", [outputs, inputs, 1, 1]), [outputs, inputs])
        let bias = hasBias ? weights.tensor("bias", [outputs]) : nil
        let epilogue = Epilogue(bias: bias, activation: activation)
        return weights.append(.linear(Linear(weight: weight, epilogue: epilogue)), x)
    }

    /// `torch.nn.Conv2d`, with what follows it: y = activation(conv(x) + b) + residuals.
    package func conv2D(
        _ name: String, _ x: Value, outputs: Int, kernel: Int = 3, stride: Int = 1, padding: Int = 1, hasBias: Bool,
        rectifiesInput: Bool = false, activation: Epilogue.Activation = .none, residuals: [Value] = []
    ) -> Value {
        let weights = self[name]
        let stored = weights.tensor("weight", [outputs, shape(x).channels, kernel, kernel])
        let op = Conv2D(
            weight: .permuted(stored, axes: [0, 2, 3, 1]), stride: stride, padding: padding,
            rectifiesInput: rectifiesInput,
            epilogue: Epilogue(
                bias: hasBias ? weights.tensor("bias", [outputs]) : nil, activation: activation,
                residualCount: residuals.count))
        return weights.append(.conv2D(op), [x] + residuals)
    }

    /// `torch.nn.ConvTranspose2d` with a 2 x 2 kernel and stride 2.
    package func upsampleConv(_ name: String, _ x: Value, outputs: Int, hasBias: Bool) -> Value {
        let weights = self[name]
        let stored = weights.tensor("weight", [shape(x).channels, outputs, 2, 2])
        let epilogue = Epilogue(bias: hasBias ? weights.tensor("bias", [outputs]) : nil)
        return weights.append(
            .upsampleConv(UpsampleConv(weight: .permuted(stored, axes: [2, 3, 1, 0]), epilogue: epilogue)), x)
    }
}
