/// What a program is compiled from.
package struct ProgramText: Sendable, Hashable {
    /// OpenCL C.
    package let source: String
    /// `-D` constants and the like.
    package let options: String

    package init(source: String, options: String) {
        self.source = source
        self.options = options
    }
}

extension OpenCLDevice {
    /// Everything that decides what a compiler makes of a text on this device, and whether a kernel works there.
    var compilerIdentity: [String] { [name, driverVersion, version, platform.name, platform.version] }
}
