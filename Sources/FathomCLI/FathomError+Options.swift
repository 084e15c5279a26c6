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
        case .outputFolder: "--output"
        case .replacing: "--overwrite"
        }
    }
}
