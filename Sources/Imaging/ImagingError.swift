/// What can go wrong between a file and its pixels. Each description says what was wrong, with which file, and what to
/// do about it, on one line.
package enum ImagingError: Error, Equatable, Sendable {
    /// No such file or folder.
    case notFound(path: String)
    /// A folder where an image file was expected.
    case isDirectory(path: String)
    /// A pipe, socket or device where a file was expected.
    case notRegularFile(path: String)
    /// The file or folder may not be read by this user.
    case permissionDenied(path: String)
    /// The system could not read the file; `reason` is the system's word.
    case unreadable(path: String, reason: String)
    /// A file of no bytes.
    case empty(name: String)
    /// The first bytes belong to none of the formats that are read.
    case unsupportedFormat(name: String)
    /// A readable file whose samples are no photograph, such as grey floating point.
    case unsupportedSamples(name: String)
    /// The decoder gave up; `reason` is its word.
    case corrupt(name: String, reason: String)
    /// The header promises more pixels than the limit; nothing was decoded.
    case tooManyPixels(name: String, width: Int, height: Int, limit: Int)
    /// The system has no room for an image's pixels.
    case outOfMemory(name: String, byteCount: Int)
    /// The number of samples does not match width and height.
    case sampleCount(expected: Int, actual: Int)
    /// An encoder refused; `reason` is its word.
    case cannotEncode(reason: String)
    /// The file could not be written; `reason` is the system's word. No partial file is left behind.
    case cannotWrite(path: String, reason: String)
    /// libvips could not be started.
    case libraryUnavailable(reason: String)
}

extension ImagingError: CustomStringConvertible {
    /// The error in one line: what, which file, what to do.
    package var description: String {
        switch self {
        case .notFound(let path):
            "\(path): no such file or folder; check the path"
        case .isDirectory(let path):
            "\(path): is a folder, not an image; name a file in it"
        case .notRegularFile(let path):
            "\(path): is a pipe or a device; save the image to a file first"
        case .permissionDenied(let path):
            "\(path): permission denied; make it readable for this user"
        case .unreadable(let path, let reason):
            "\(path): cannot be read (\(reason))"
        case .empty(let name):
            "\(name): is empty; copy or download it again"
        case .unsupportedFormat(let name):
            "\(name): is not a format that can be read; convert it to one of \(ImageFormats.list)"
        case .unsupportedSamples(let name):
            "\(name): its samples are not a photograph's; convert it to 8 or 16 bits per channel, grey, RGB or CMYK"
        case .corrupt(let name, let reason):
            "\(name): is damaged or incomplete (\(reason)); copy or download it again"
        case .tooManyPixels(let name, let width, let height, let limit):
            "\(name): has \(width) x \(height) pixels, more than the limit of \(limit); raise the limit"
        case .outOfMemory(let name, let byteCount):
            "\(name): there is no memory for \(byteCount) bytes of it; free some, or make the image smaller"
        case .sampleCount(let expected, let actual):
            "the image needs \(expected) samples for its width and height, but \(actual) were given"
        case .cannotEncode(let reason):
            "the image cannot be encoded (\(reason))"
        case .cannotWrite(let path, let reason):
            "\(path): cannot be written (\(reason)); check the folder, its permissions and the free space"
        case .libraryUnavailable(let reason):
            "libvips cannot be started (\(reason)); reinstall libvips 8.14 or later"
        }
    }
}
