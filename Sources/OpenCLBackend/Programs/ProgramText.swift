/// What a program is compiled from.
package struct ProgramText: Sendable, Hashable {
    /// OpenCL C.
    package let source: String
    /// `-D` constants and the like.
    package let options: String
    /// Whether instructions stand in it as comments, which ``RetargetedPTX`` takes away.
    package let isRetargeted: Bool

    package init(source: String, options: String, isRetargeted: Bool = false) {
        self.source = source
        self.options = options
        self.isRetargeted = isRetargeted
    }
}

extension OpenCLDevice {
    /// Everything that decides what a compiler makes of a text on this device, and whether a kernel works there.
    var compilerIdentity: [String] { [name, driverVersion, version, platform.name, platform.version] }
}
