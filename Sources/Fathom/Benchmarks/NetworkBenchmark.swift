import CPUBackend
import Models
import Profiling
import TensorCore

/// Times whole photographs: the network from pixels to canonical inverse depth and field of view, one photograph and
/// several in a run.
public enum NetworkBenchmark {
    /// Mean errors beyond this, of the mean inverse depth, are no rounding.
    private static let greatestError = 0.05

    /// Measures each number of photographs with transfers, from pixels in memory to results in memory, and without, from
    /// the start of the first kernel to the end of the last.
    ///
    /// - Parameters:
    ///   - path: of the model; random weights stand in where there are none, and without a path for those of the
    ///     published network.
    ///   - photograph: that runs, as often as a run takes photographs.
    ///   - imageCounts: photographs of a run.
    ///   - options: the device, the precision, the micro-batch.
    ///   - benchmark: how to measure.
    ///   - progress: called before each part of the work.
    /// - Returns: two rows for each number of photographs that runs and computes right.
    /// - Throws: ``FathomError`` when there is no such model or device, or the device cannot be used.
    public static func run(
        model path: String? = nil, _ photograph: Photograph, imageCounts: [Int], options: DepthEstimator.Options,
        benchmark: BenchmarkOptions = .init(), progress: (String) -> Void = { _ in }
    ) throws(FathomError) -> BenchmarkReport {
        try benchmark.validate()
        try options.validate()
        guard !imageCounts.isEmpty, imageCounts.allSatisfy({ (1...64).contains($0) }) else {
            throw FathomError(.invalidArgument, "a run takes 1 to 64 photographs")
        }
        let model = try PlannedModel(measuring: path).forMeasuring
        let processor = CPUBackend(
            threadCount: options.threadCount, arithmetic: options.precision.arithmetic ?? .float32)
        let device = try ChosenDevice.find(options.device, precision: options.precision, processor: processor)
        let input = HostTensor(shape: [photograph.height, photograph.width, 3], uint8: photograph.pixels)
        var expected: [Float]?
        if benchmark.checksResults && !(device.backend is CPUBackend && options.precision == .float32) {
            progress("the CPU's answer in f32")
            expected = try reference(model, input, options)
        }
        progress("the roof of \(device.backend.device.name)")
        let roof = try FathomError.wrapping(.device) { () throws(BackendError) in
            try device.backend.measureRoof(storage: options.precision.openCLStorage ?? .float32)
        }
        var rows: [BenchmarkReport.Row] = []
        var failures: [BenchmarkReport.Failure] = []
        for count in imageCounts {
            let name = count == 1 ? "1 photograph" : "\(count) photographs"
            progress(name)
            do throws(FathomError) {
                let prepared = try model.prepare(options, imageCount: count, on: device).plan
                rows += try FathomError.wrapping(.device) { () throws(BackendError) in
                    try measure(prepared, input, count, expected: expected, benchmark).map { operation, times, error in
                        BenchmarkReport.Row(
                            name: name, operation: operation, shape: "\(input.shape)", calls: 1,
                            cost: prepared.plan.costs(photographByteCount: input.shape.elementCount)
                                .reduce(Cost(), +),
                            times: times, roof: roof, error: error)
                    }
                }
            } catch {
                failures.append(.init(name: name, shape: "\(input.shape)", reason: error.message))
            }
        }
        return BenchmarkReport(
            subject: "network", machine: Profile.Machine(device.backend.device, options.precision), model: model.name,
            roof: Profile.Roof(roof), rows: rows, failures: failures)
    }

    /// The inverse depth as the CPU computes it in f32.
    private static func reference(
        _ model: LoadedModel, _ input: HostTensor, _ options: DepthEstimator.Options
    ) throws(FathomError) -> [Float] {
        var options = options
        (options.precision, options.microBatch) = (.float32, nil)
        let processor = ChosenDevice.cpu(CPUBackend(threadCount: options.threadCount), reason: "")
        do throws(BackendError) {
            let least = model.plan(options, imageCount: 1, microBatch: 1, joinsSteps: processor.backend.joinsSteps)
            try processor.backend.checkMemory(for: least)
        } catch {
            throw FathomError(
                .device, "\(error), in f32, to check against; leave the check out", parameters: [.checking])
        }
        let prepared = try model.prepare(options, on: processor).plan
        let name = DepthPro.inverseDepthName(image: 0)
        return try FathomError.wrapping(.device) { () throws(BackendError) in
            try prepared.run([input], outputs: [name]).outputs[name]?.float32 ?? []
        }
    }

    private static func measure(
        _ prepared: any PreparedPlan, _ input: HostTensor, _ count: Int, expected: [Float]?,
        _ benchmark: BenchmarkOptions
    ) throws(BackendError) -> [(operation: String, times: Distribution, error: Double?)] {
        let inputs = [HostTensor](repeating: input, count: count)
        var error: Double?
        if let expected {
            let result = try prepared.run(inputs)
            let errors = (0..<count).map { image in
                meanError(result.outputs[DepthPro.inverseDepthName(image: image)]?.float32 ?? [], expected)
            }
            // A NaN is not below the limit.
            if let wrong = errors.first(where: { !($0 <= greatestError) }) {
                throw .deviceFailed(
                    device: "the device",
                    reason: "its inverse depth is off by \(wrong) of the mean, which is no rounding")
            }
            error = errors.max()
        }
        let runs = try prepared.profile(inputs, benchmark.repetition)
        return [
            ("with transfers", Distribution(runs.map(\.wallSeconds)), error),
            ("without transfers", Distribution(runs.map(\.deviceSeconds)), error),
        ]
    }

    /// The mean distance over the mean magnitude; NaN where sizes differ or a number is none.
    private static func meanError(_ found: [Float], _ expected: [Float]) -> Double {
        guard found.count == expected.count else { return .nan }
        var (distance, magnitude) = (0.0, 0.0)
        for index in found.indices {
            distance += Double(abs(found[index] - expected[index]))
            magnitude += Double(abs(expected[index]))
        }
        return distance / magnitude
    }
}
