/// Why a sample of a data set cannot be used: what is wrong with which file, and what to do about it.
package struct DataSetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file or folder at fault.
    package let path: String
    /// What is wrong, and the remedy.
    package let detail: String

    /// Describes a failure.
    package init(_ path: String, _ detail: String) {
        self.path = path
        self.detail = detail
    }

    /// Path and detail on one line.
    package var description: String { "\(path): \(detail)" }
}
