import CPUKernels
import TensorCore

/// Finds operands: values in the arena, weights in their region. It computes addresses and reads nothing.
struct Binder {
    let plan: Plan
    let layout: WeightLayout
    let kernels: cpu_kernels
    let arithmetic: Arithmetic
    let arena: UnsafeMutableRawPointer
    /// Where the layout starts.
    let weights: UnsafeRawPointer

    func values(_ value: Value) -> cpu_values {
        guard let offset = plan.memory.offsets[value.index] else {
            preconditionFailure("value \(value.index) has no memory")
        }
        let isFloat32 = plan.memory.elementByteCount(of: value) == MemoryLayout<Float>.size
        return cpu_values(base: arena + offset, type: isFloat32 ? cpu_type_float32 : cpu_type_bfloat16)
    }

    /// A value that an operation wants as float32.
    func floats(_ value: Value) -> UnsafeMutablePointer<Float> {
        let values = values(value)
        precondition(values.type == cpu_type_float32, "value \(value.index) must be stored as float32")
        return values.base.assumingMemoryBound(to: Float.self)
    }

    /// A weight as it is, in float32.
    func vector(_ weight: Weight) -> UnsafePointer<Float> {
        address(of: PackedWeight(weight: weight, packing: .plain)).assumingMemoryBound(to: Float.self)
    }

    func address(of weight: PackedWeight) -> UnsafeRawPointer {
        weights + layout.byteOffset(of: weight)
    }

    func epilogue(of node: Node, borderBias: Weight? = nil) -> BoundEpilogue {
        let epilogue = node.op.epilogue ?? Epilogue()
        return BoundEpilogue(
            bias: epilogue.bias.map { vector($0) }, scale: epilogue.layerScale.map { vector($0) },
            residuals: node.inputs.dropFirst().map(values), activation: epilogue.activation.kernelValue,
            borderBias: borderBias.map { vector($0) }, kernels: kernels)
    }

    /// The product of a node over its first input.
    func product(
        _ node: Node, rectifies: Bool = false, borderBias: Weight? = nil, epilogue: BoundEpilogue? = nil
    ) -> BoundProduct {
        guard let (weight, shape) = node.op.productWeight else {
            preconditionFailure("\(node.scope): \(node.op.name) has no product")
        }
        let arithmetic = node.arithmetic(in: plan, within: arithmetic)
        let packed = PackedWeight(weight: weight, packing: .panels(shape, arithmetic))
        return BoundProduct(
            shape: shape, arithmetic: arithmetic, input: values(node.inputs[0]), rectifies: rectifies,
            weights: address(of: packed), epilogue: epilogue ?? self.epilogue(of: node, borderBias: borderBias),
            output: values(node.output))
    }

    /// The step of a node: the one place that maps operations to implementations.
    func step(_ node: Node) -> any Step {
        switch node.op {
        case .prepareImage(let op): PrepareImageStep(op, node, self)
        case .downsample(let op): DownsampleStep(op, node, self)
        case .embedPatches(let op): EmbedPatchesStep(op, node, self)
        case .layerNorm(let op): LayerNormStep(op, node, self)
        case .linear(let op): ProductStep(op, node, self)
        case .attention(let op): AttentionStep(op, node, self)
        case .mergeTokens(let op): MergeTokensStep(op, node, self)
        case .conv2D(let op):
            if WinogradStep.applies(to: op) { WinogradStep(op, node, self) } else { ProductStep(op, node, self) }
        case .upsampleConv(let op): ProductStep(op, node, self)
        case .subpixelConv(let op): ProductStep(op, node, self)
        case .concatenate: ConcatenateStep(node, self)
        }
    }
}

extension cpu_values {
    /// The same memory from element `count` on.
    func advanced(by count: Int) -> cpu_values {
        cpu_values(base: base + count * (type == cpu_type_float32 ? 4 : 2), type: type)
    }
}
