import Imaging

/// What went wrong, in words that say what to do about it.
public struct FathomError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure. More kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Storage: String { case invalidArgument, unreadableImage, unreadableModel, device, cannotWrite }
        private let storage: Storage

        /// An argument that no call can succeed with.
        public static let invalidArgument = Code(storage: .invalidArgument)
        /// A photograph that is missing, damaged, too large or of an unknown format.
        public static let unreadableImage = Code(storage: .unreadableImage)
        /// A checkpoint that is missing, damaged or of another network.
        public static let unreadableModel = Code(storage: .unreadableModel)
        /// A device that is missing, too small or failing.
        public static let device = Code(storage: .device)
        /// A result that could not be written.
        public static let cannotWrite = Code(storage: .cannotWrite)

        /// The kind's name.
        public var description: String { storage.rawValue }
    }

    /// The kind of failure.
    public let code: Code
    /// One sentence with the cause, and the remedy where there is one.
    public let message: String

    /// What the remedy asks the caller to set; the command line names its options for them.
    package let parameters: [Parameter]

    /// Makes an error to throw.
    public init(_ code: Code, _ message: String) {
        self.init(code, message, parameters: [])
    }

    package init(_ code: Code, _ message: String, parameters: [Parameter]) {
        self.code = code
        self.message = message
        self.parameters = parameters
    }

    /// The message.
    public var description: String { message }
}

extension FathomError {
    /// Something that a caller can set.
    package enum Parameter: Sendable, Hashable {
        case model, outputFolder, replacing, focalLength, pixelLimit, device, precision, checking
        // Of evaluations.
        case truth, masks, focalLengthUse, pngScale, crop, range
    }

    private static func parameters(of error: ImagingError?) -> [Parameter] {
        if case .tooManyPixels? = error { [.pixelLimit] } else { [] }
    }

    /// Runs `body` and puts whatever it throws under `code`.
    static func wrapping<Success, Failure: Error>(
        _ code: Code, _ body: () throws(Failure) -> Success
    ) throws(FathomError) -> Success {
        do { return try body() } catch {
            throw FathomError(code, "\(error)", parameters: parameters(of: error as? ImagingError))
        }
    }
}
