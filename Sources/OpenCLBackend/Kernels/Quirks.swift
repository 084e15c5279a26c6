/// What single devices need that no capability tells. Each entry names the device, what was seen, and when; the rest of
/// the back end asks for what a quirk means and never for a name.
struct Quirks: Sendable, Hashable {
    /// Programs must be compiled one after the other.
    ///
    /// Oclgrind 21.10: two threads that call `clBuildProgram` share one LLVM context and crash in it (seen 2026-11).
    var buildsOneAtATime = false

    init(_ device: OpenCLDevice) {
        if device.platform.name == "Oclgrind" { buildsOneAtATime = true }
    }
}
