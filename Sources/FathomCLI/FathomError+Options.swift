import Fathom

extension FathomError {
    /// The message with the options that the remedy asks for.
    var commandLineText: String {
        parameters.isEmpty ? message : "\(message) (\(parameters.map(\.option).joined(separator: ", ")))"
    }
}

extension FathomError.Parameter {
    fileprivate var option: String {
        switch self {
        case .model: "--model"
        case .outputFolder: "--output"
        case .replacing: "--overwrite"
        case .focalLength: "--focal-px, --focal-35mm or --fov"
        case .pixelLimit: "--max-pixels"
        case .device: "--device"
        case .precision: "--precision"
        case .checking: "--no-check"
        case .truth: "--gt"
        case .masks: "--masks"
        case .focalLengthUse: "--focal"
        case .pngScale: "--png-scale"
        case .crop: "--crop"
        case .range: "--min, --max"
        }
    }
}
