import COpenCL

/// A driver of one maker, with its devices.
package struct OpenCLPlatform: Sendable {
    let library: OpenCLLibrary
    nonisolated(unsafe) let identifier: cl_platform_id  // lives as long as the process
    /// The maker's name: `NVIDIA CUDA`, `Portable Computing Language`.
    package let name: String
    package let vendor: String
    /// `OpenCL 3.0 ...`.
    package let version: String

    init(_ identifier: cl_platform_id, library: OpenCLLibrary) throws(OpenCLError) {
        self.library = library
        self.identifier = identifier
        let text = { (item: Int32) throws(OpenCLError) in
            try readText("clGetPlatformInfo") { size, bytes, needed in
                library.functions.clGetPlatformInfo(identifier, cl_platform_info(item), size, bytes, needed)
            }
        }
        name = try text(CL_PLATFORM_NAME)
        vendor = try text(CL_PLATFORM_VENDOR)
        version = try text(CL_PLATFORM_VERSION)
    }

    /// Drivers without hardware have none.
    func deviceIdentifiers() throws(OpenCLError) -> [cl_device_id] {
        let functions = library.functions
        let all = cl_device_type(CL_DEVICE_TYPE_GPU | CL_DEVICE_TYPE_CPU | CL_DEVICE_TYPE_ACCELERATOR)
        var count: cl_uint = 0
        let status = functions.clGetDeviceIDs(identifier, all, 0, nil, &count)
        if status == CL_DEVICE_NOT_FOUND { return [] }
        try check(status, "clGetDeviceIDs", name)
        guard count > 0 else { return [] }
        var identifiers = [cl_device_id?](repeating: nil, count: Int(count))
        try check(functions.clGetDeviceIDs(identifier, all, count, &identifiers, nil), "clGetDeviceIDs", name)
        return identifiers.compactMap(\.self)
    }
}

/// Reads a text that OpenCL gives by first telling its size.
func readText(
    _ call: String,
    _ read: (_ size: Int, _ bytes: UnsafeMutableRawPointer?, _ needed: UnsafeMutablePointer<Int>?) -> Int32
) throws(OpenCLError) -> String {
    var size = 0
    try check(read(0, nil, &size), call)
    var bytes = [UInt8](repeating: 0, count: size)
    try check(read(size, &bytes, nil), call)
    let text = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
}
