import COpenCL

/// Compiled OpenCL C.
package final class Program: Sendable {
    nonisolated(unsafe) let handle: cl_program  // safe to use from any thread
    let library: OpenCLLibrary
    private let device: OpenCLDevice

    /// Compiles source text.
    ///
    /// - Parameters:
    ///   - context: of the device to compile for.
    ///   - source: OpenCL C.
    ///   - options: `-D` constants and the like.
    /// - Throws: ``OpenCLError`` with the options and the compiler's log.
    package convenience init(_ context: OpenCLContext, source: String, options: String) throws(OpenCLError) {
        let functions = context.library.functions
        var status: cl_int = 0
        let program = source.withCString { text in
            var text: UnsafePointer<CChar>? = text
            return functions.clCreateProgramWithSource(context.handle, 1, &text, nil, &status)
        }
        try self.init(context, created(program, status, "clCreateProgramWithSource"), options: options)
    }

    /// Takes what ``binary()`` gave, on the same device and driver.
    ///
    /// - Throws: ``OpenCLError`` when the driver does not take it.
    convenience init(_ context: OpenCLContext, binary: [UInt8], options: String) throws(OpenCLError) {
        let functions = context.library.functions
        var status: cl_int = 0
        let program = binary.withUnsafeBufferPointer { bytes in
            var device: cl_device_id? = context.device.identifier
            var byteCount = bytes.count
            var start = bytes.baseAddress
            return functions.clCreateProgramWithBinary(context.handle, 1, &device, &byteCount, &start, nil, &status)
        }
        try self.init(context, created(program, status, "clCreateProgramWithBinary"), options: options)
    }

    private init(_ context: OpenCLContext, _ handle: cl_program, options: String) throws(OpenCLError) {
        self.handle = handle
        library = context.library
        device = context.device
        var device: cl_device_id? = context.device.identifier
        let status = library.functions.clBuildProgram(handle, 1, &device, options, nil, nil)
        try check(status, "clBuildProgram", "\(options)\n\(log)")
    }

    deinit { _ = library.functions.clReleaseProgram(handle) }

    /// What the compiler had to say.
    package var log: String {
        let text = try? readText("clGetProgramBuildInfo") { size, bytes, needed in
            library.functions.clGetProgramBuildInfo(
                handle, device.identifier, cl_program_build_info(CL_PROGRAM_BUILD_LOG), size, bytes, needed)
        }
        return text ?? ""
    }

    /// The compiled program in the driver's own form; nil when the driver does not give it.
    func binary() -> [UInt8]? {
        var byteCount = 0
        let size = MemoryLayout<Int>.size
        let sizes = cl_program_info(CL_PROGRAM_BINARY_SIZES)
        guard library.functions.clGetProgramInfo(handle, sizes, size, &byteCount, nil) == CL_SUCCESS, byteCount > 0
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: byteCount)
        let status = bytes.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            return library.functions.clGetProgramInfo(
                handle, cl_program_info(CL_PROGRAM_BINARIES), MemoryLayout<UnsafeMutablePointer<UInt8>?>.size, &start,
                nil)
        }
        return status == CL_SUCCESS ? bytes : nil
    }
}
