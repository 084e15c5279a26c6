import CPUBackend
import CPUKernels
import TensorCore
import TestSupport
import Testing

@Suite("the CPU's roof and node times")
struct CPURoofTests {
    @Test("every rate is a positive number", arguments: KernelForm.available, Arithmetic.allCases)
    func rates(_ form: KernelForm, _ arithmetic: Arithmetic) throws {
        let roof = try CPUBackend(threadCount: 2, kernelForm: form, arithmetic: arithmetic).measureRoof()
        #expect(roof.memory.map(\.name) == ["copy", "triad"] && roof.cache.map(\.name) == ["copy", "triad"])
        for rate in [roof.arithmetic] + roof.memory + roof.cache {
            #expect(rate.perSecond > 0 && rate.perSecond.isFinite, "\(rate.name)")
        }
    }

    @Test(
        "the loops compute what they claim",
        arguments: [cpu_form_portable, cpu_form_avx2, cpu_form_avx512, cpu_form_avx512_dot])
    func loops(_ form: cpu_form) throws {
        guard let kernels = cpu_kernels_for(form, cpu_instructions_here())?.pointee else { return }
        let count = 6 * 2 * kernels.vector_width
        let a = (0..<count).map(Float.init)
        let b = a.map { 3 - $0 }
        var copied = [Float](repeating: .nan, count: count)
        var sums = copied
        kernels.copy(count, a, &copied)
        kernels.triad(count, a, b, 0.5, &sums)
        #expect(copied == a)
        #expect(sums == zip(a, b).map { $0 + 0.5 * $1 })

        var total: Float = 0
        let operations = kernels.multiply_add(cpu_arithmetic_float32, 1000, &total)
        // Every lane of every chain tends to 1, so that the total counts the lanes.
        #expect(Double(operations) == 2 * 1000 * Double(total))
    }

    @Test("nodes follow one another without overlapping, inside the run")
    func nodeStarts() throws {
        var graph = Graph()
        var value = graph.input(.tensor([1, 64, 64]))
        for layer in 0..<20 {
            let op = Linear(weight: .tensor("w\(layer)", [64, 64]), epilogue: Epilogue())
            value = graph.append(.linear(op), [value], scope: "layer", stage: .encoders)
        }
        let op = Linear(weight: .tensor("unused", [64, 64]), epilogue: Epilogue())
        let other = graph.append(.linear(op), [value], scope: "other", stage: .decoder)
        graph.outputs = [("y", value), ("other", other)]
        let plan = Plan(graph)
        let prepared = try CPUBackend(threadCount: 2).prepare(plan, weights: MemoryWeights(for: plan.weights, seed: 3))
        let input = HostTensor(shape: [1, 64, 64], float32: .init(repeating: 1, count: 64 * 64))

        let start = ContinuousClock.now
        let result = try prepared.run([input], outputs: ["y"])
        let wallSeconds = start.duration(to: .now) / .seconds(1)
        #expect(result.nodeStarts.count == 21 && result.nodeStarts.last == 0 && result.nodeSeconds.last == 0)
        var end = 0.0
        for node in 0..<20 {
            // Half a nanosecond for the rounding of the clock's whole nanoseconds to float64.
            #expect(result.nodeStarts[node] >= end - 0.5e-9)
            end = result.nodeStarts[node] + result.nodeSeconds[node]
        }
        #expect(end <= wallSeconds + 0.5e-9)
    }
}
