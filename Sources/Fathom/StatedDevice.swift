import Foundation
import TensorCore

/// A device as its maker states it, with the shares of those rates that kernels are assumed to reach. A JSON file, such
/// as those in docs/gpu-budget/devices.
struct StatedDevice: Sendable, Decodable {
    /// One way to run the kernels.
    struct Path: Sendable, Decodable {
        /// What multiplies: `f32`, `f16 on matrix units`.
        let name: String
        /// Bytes of a stored activation or weight.
        let elementBytes: Int
        /// A way to store elements that takes so many.
        var storage: DataType {
            switch elementBytes {
            case 1: .int8
            case 2: .float16
            case 4: .float32
            default: .float64
            }
        }

        /// Stated teraFLOP in a second.
        let teraflops: Double
        /// The share of it that matrix products and convolutions reach, 0 ... 1.
        let productShare: Double
        /// The share of it that attention reaches, 0 ... 1.
        let attentionShare: Double
    }

    let name: String
    /// Where the stated rates are from.
    let source: String
    /// Stated gigabytes in a second of the device's memory.
    let memoryGigabytesPerSecond: Double
    /// The share of it that kernels reach, 0 ... 1.
    let memoryShare: Double
    /// Gigabytes in a second between host and device.
    let hostGigabytesPerSecond: Double
    /// Microseconds from one kernel's end to the next one's start.
    let launchMicroseconds: Double
    let paths: [Path]

    /// Reads a device's file.
    ///
    /// - Throws: ``FathomError`` naming the file and the value that cannot be.
    init(contentsOf path: String) throws(FathomError) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(StatedDevice.self, from: Data(contentsOf: URL(filePath: path)))
        } catch let error as DecodingError {
            throw FathomError(.invalidArgument, "\(path) does not describe a device: \(error.words)")
        } catch {
            throw FathomError(.invalidArgument, "\(path) cannot be read")
        }
        try validate(path)
    }

    private func validate(_ file: String) throws(FathomError) {
        var shares = [("memory_share", memoryShare)]
        var rates = [
            ("memory_gigabytes_per_second", memoryGigabytesPerSecond),
            ("host_gigabytes_per_second", hostGigabytesPerSecond),
        ]
        for path in paths {
            shares += [("product_share", path.productShare), ("attention_share", path.attentionShare)]
            rates.append(("teraflops", path.teraflops))
        }
        if let wrong = shares.first(where: { !($0.1 > 0 && $0.1 <= 1) }) {
            throw FathomError(.invalidArgument, "\(file): \(wrong.0) is \(wrong.1); a share is above 0 and at most 1")
        }
        if let wrong = rates.first(where: { !($0.1 > 0 && $0.1.isFinite) }) {
            throw FathomError(.invalidArgument, "\(file): \(wrong.0) is \(wrong.1); it must be positive")
        }
        if let wrong = paths.first(where: { ![1, 2, 4, 8].contains($0.elementBytes) }) {
            throw FathomError(.invalidArgument, "\(file): element_bytes is \(wrong.elementBytes); it is 1, 2, 4 or 8")
        }
        guard launchMicroseconds >= 0, !paths.isEmpty else {
            throw FathomError(
                .invalidArgument, "\(file): launch_microseconds must not be negative, and paths not empty")
        }
    }
}

extension DecodingError {
    /// What is wrong, without the decoder's own vocabulary.
    fileprivate var words: String {
        switch self {
        case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "'\(context.codingPath.map(\.stringValue).joined(separator: "."))' has the wrong type"
        case .dataCorrupted: "it is not JSON"
        @unknown default: "it is not JSON"
        }
    }
}
