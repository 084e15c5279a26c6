/// The text of a kernel file. Every file lies in `Sources` beside this one, is embedded in the binary, and holds one
/// operation under the file's own name.
package enum KernelSource: String, CaseIterable, Sendable {
    case copy

    /// The OpenCL C of the file.
    package var text: String {
        let bytes =
            switch self {
            case .copy: PackageResources.copy_cl
            }
        return String(decoding: bytes, as: UTF8.self)
    }
}
