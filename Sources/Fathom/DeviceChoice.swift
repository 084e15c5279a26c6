/// Which device runs a model.
public enum DeviceChoice: Sendable, Hashable, CustomStringConvertible {
    /// What `FATHOM_DEVICE` says, or else the best device of the machine: a GPU that computes right, or the processor.
    case auto
    /// The processor, with kernels of its own.
    case cpu
    /// An OpenCL device by its number or a part of its name; the best one when empty.
    case openCL(String)

    /// Reads `auto`, `cpu`, `opencl`, `opencl:NUMBER` or `opencl:NAME`.
    ///
    /// - Throws: ``FathomError`` naming the choices for any other text.
    public init(_ text: String) throws(FathomError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts[0].lowercased(), parts.count) {
        case ("auto", 1): self = .auto
        case ("cpu", 1): self = .cpu
        case ("opencl", 1): self = .openCL("")
        case ("opencl", _) where !parts[1].isEmpty: self = .openCL(String(parts[1]))
        default:
            throw FathomError(
                .invalidArgument,
                "there is no device '\(text)'; choose auto, cpu, opencl, opencl:NUMBER or opencl:NAME (fathom devices lists them)"
            )
        }
    }

    /// The name that ``init(_:)`` reads.
    public var description: String {
        switch self {
        case .auto: "auto"
        case .cpu: "cpu"
        case .openCL(""): "opencl"
        case .openCL(let name): "opencl:" + name
        }
    }
}
