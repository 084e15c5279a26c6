import Foundation
import Imaging

/// What `fathom bench` measured: kernels by themselves, or whole photographs.
public struct BenchmarkReport: Sendable, Codable, Hashable {
    /// Repeated measurements of one thing.
    public struct Row: Sendable, Codable, Hashable {
        /// The module of the network whose work it is, with `*` in place of block numbers; `1 photograph` for a whole one.
        public let name: String
        /// What it does; for photographs, with or without transfers.
        public let operation: String
        /// The shapes of its first input and output.
        public let shape: String
        /// How often it happens for one photograph; 1 for photographs.
        public let calls: Int
        /// Floating-point operations of one call.
        public let flopCount: Int
        /// Bytes of inputs, weights and outputs of one call, each counted once.
        public let byteCount: Int
        /// Runs that count.
        public let runs: Int
        /// Seconds of the shortest run.
        public let minSeconds: Double
        /// Seconds that half the runs do not exceed.
        public let medianSeconds: Double
        /// Seconds that 90 % of the runs do not exceed.
        public let p90Seconds: Double
        /// Seconds that 99 % of the runs do not exceed; of fewer than 100 runs, the longest.
        public let p99Seconds: Double
        /// The spread: the median of the runs' distances from the median.
        public let deviationSeconds: Double
        /// Floating-point operations in a second, by the median.
        public let flopPerSecond: Double
        /// Bytes in a second, by the median.
        public let bytesPerSecond: Double
        /// The least time that the device's roof allows, over the median.
        public let shareOfRoof: Double
        /// What sets that least time: `arithmetic` or `memory`.
        public let bound: String
        /// How far results are off those of the CPU in f32: of kernels the greatest error, relative to the result or to 1
        /// where that is smaller; of photographs the mean error over the mean of the inverse depth. nil where that was not
        /// looked at.
        public let error: Double?
    }

    /// Something that could not be measured, or computes wrongly and so was not timed.
    public struct Failure: Sendable, Codable, Hashable {
        /// The name that the row would have had.
        public let name: String
        /// Shapes, as in ``Row``.
        public let shape: String
        /// What is wrong.
        public let reason: String
    }

    /// What was measured: `kernels` or `network`.
    public let subject: String
    /// What ran.
    public let machine: Profile.Machine
    /// The model's folder or file name.
    public let model: String
    /// What the device did at best.
    public let roof: Profile.Roof
    /// In the order of the plan.
    public let rows: [Row]
    /// What there is no row for.
    public let failures: [Failure]
}

extension BenchmarkReport {
    /// Reads a report.
    ///
    /// - Throws: ``FathomError`` when the file is none of ``write(to:)``.
    public init(contentsOf path: String) throws(FathomError) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FathomError(.invalidArgument, "\(path) cannot be read")
        }
        do { self = try decoder.decode(BenchmarkReport.self, from: data) } catch {
            throw FathomError(.invalidArgument, "\(path) is no file that `fathom bench --json` of this version wrote")
        }
    }

    /// One line of JSON.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        // Every number of a report is finite, so that nothing can go wrong.
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Writes the report; a reader sees either the whole new file or what was there before.
    ///
    /// - Throws: ``FathomError`` when the file cannot be written.
    public func write(to path: String) throws(FathomError) {
        try OutputFile.write(json + "\n", to: path)
    }
}
