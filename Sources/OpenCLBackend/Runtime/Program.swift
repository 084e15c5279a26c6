import COpenCL

/// Compiled OpenCL C.
package final class Program: Sendable {
    nonisolated(unsafe) let handle: cl_program  // safe to use from any thread
    let library: OpenCLLibrary

    /// Compiles source text.
    ///
    /// - Parameters:
    ///   - context: of the device to compile for.
    ///   - source: OpenCL C.
    ///   - options: `-D` constants and the like.
    /// - Throws: ``OpenCLError`` with the options and the compiler's log.
    package init(_ context: OpenCLContext, source: String, options: String) throws(OpenCLError) {
        let functions = context.library.functions
        var status: cl_int = 0
        let program = source.withCString { text in
            var text: UnsafePointer<CChar>? = text
            return functions.clCreateProgramWithSource(context.handle, 1, &text, nil, &status)
        }
        let handle = try created(program, status, "clCreateProgramWithSource")
        self.handle = handle
        library = context.library
        var device: cl_device_id? = context.device.identifier
        let built = functions.clBuildProgram(handle, 1, &device, options, nil, nil)
        try check(built, "clBuildProgram", "\(options)\n\(log(context.device))")
    }

    deinit { _ = library.functions.clReleaseProgram(handle) }

    /// What the compiler had to say.
    package func log(_ device: OpenCLDevice) -> String {
        let text = try? readText("clGetProgramBuildInfo") { [library, handle] size, bytes, needed in
            library.functions.clGetProgramBuildInfo(
                handle, device.identifier, cl_program_build_info(CL_PROGRAM_BUILD_LOG), size, bytes, needed)
        }
        return text ?? ""
    }
}
