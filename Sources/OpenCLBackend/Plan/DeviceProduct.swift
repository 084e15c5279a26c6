import Synchronization
import TensorCore

/// Evaluates weight expressions with matrix products on the device, in float32, with kernels that were found right.
final class DeviceProduct: Sendable {
    private let context: OpenCLContext
    private let limits: KernelLimits
    /// The first error of a product: the closure that expressions call cannot throw.
    private let failure = Mutex<BackendError?>(nil)

    init(_ context: OpenCLContext, _ limits: KernelLimits) {
        self.context = context
        self.limits = limits
    }

    func evaluate(_ weight: Weight, from source: any WeightSource) throws(BackendError) -> [Float] {
        let values: [Float]
        do {
            values = try weight.evaluate(from: source) { [self] left, right, m, n, k in
                product(left, right, m, n, k)
            }
        } catch { throw .weights(error) }
        if let error = failure.withLock({ $0 }) { throw error }
        return values
    }

    /// [m, k] x [k, n]: the kernel of `linear`, with `right` as the weight of a plan of one node.
    private func product(_ left: [Float], _ right: [Float], _ m: Int, _ n: Int, _ k: Int) -> [Float] {
        let zeros = [Float](repeating: 0, count: m * n)
        do throws(BackendError) {
            let weight = Weight.permuted(.tensor("right", [k, n]), axes: [1, 0])
            var graph = Graph()
            let x = graph.input(.tensor([1, m, k]))
            let op = Linear(weight: weight, epilogue: Epilogue())
            graph.outputs = [("product", graph.append(.linear(op), [x], scope: "weights", stage: .prepare))]
            let prepared = try OpenCLPreparedPlan(
                Plan(graph), weights: OneTensor([k, n], right), on: context, limits: limits)
            let result = try prepared.run([HostTensor(shape: [1, m, k], float32: left)])
            return result.outputs["product"]?.float32 ?? zeros
        } catch {
            failure.withLock { $0 = $0 ?? error }
            return zeros
        }
    }
}

/// A checkpoint of the one tensor `right`.
private struct OneTensor: WeightSource {
    let tensors: [String: TensorDescription]
    private let values: [Float]

    init(_ shape: Shape, _ values: [Float]) {
        tensors = ["right": TensorDescription(shape: shape, dataType: .float32)]
        self.values = values
    }

    func read(_ name: String, into destination: inout MutableSpan<Float>) throws(WeightError) {
        for index in values.indices { destination[index] = values[index] }
    }

    func releaseMemory() {}
}
