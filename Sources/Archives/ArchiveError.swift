/// Why an archive cannot be read, in one clause; who reads it knows the file and the remedy.
package struct ArchiveError: Error, Equatable, Sendable {
    /// The family of a failure.
    package enum Kind: Sendable, Equatable {
        /// The archive contradicts its own format.
        case damaged
        /// The archive is sound but uses something that is not read.
        case unsupported
        /// An entry is larger than the reader allows.
        case tooLarge
    }

    /// The family, which decides the remedy.
    package let kind: Kind
    /// What is wrong.
    package let detail: String

    static func damaged(_ detail: String) -> ArchiveError { ArchiveError(kind: .damaged, detail: detail) }
    static func unsupported(_ detail: String) -> ArchiveError { ArchiveError(kind: .unsupported, detail: detail) }
    static func tooLarge(_ detail: String) -> ArchiveError { ArchiveError(kind: .tooLarge, detail: detail) }
}
