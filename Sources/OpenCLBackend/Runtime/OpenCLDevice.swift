import COpenCL

/// A device of a platform and what it can do. Nothing is opened on it until there is an ``OpenCLContext``.
package struct OpenCLDevice: Sendable {
    /// What a device is made for.
    package enum Kind: String, Sendable { case gpu, cpu, accelerator }

    package let platform: OpenCLPlatform
    nonisolated(unsafe) let identifier: cl_device_id  // lives as long as the process
    package var library: OpenCLLibrary { platform.library }

    package let name: String
    package let vendor: String
    package let kind: Kind
    package let driverVersion: String
    /// `OpenCL 3.0 ...`.
    package let version: String
    /// `OpenCL C 1.2 ...`: the language that its compiler takes without a `-cl-std`.
    package let languageVersion: String
    package let extensions: Set<String>
    package let limits: Limits
    /// Whether it is there and has a compiler.
    let isUsable: Bool

    /// Sizes that plans and kernels have to keep to.
    package struct Limits: Sendable, Hashable {
        package let computeUnitCount: Int
        /// Zero where the driver does not know.
        package let clockMegahertz: Int
        /// Work-items of a work-group, all dimensions together.
        package let workGroupSize: Int
        /// Bytes that a work-group may declare `__local`.
        package let localMemoryByteCount: Int
        /// Whether `__local` memory is a memory of its own; on a CPU it is not.
        package let hasDedicatedLocalMemory: Bool
        package let memoryByteCount: Int
        /// Bytes of one buffer at most.
        package let allocationByteCount: Int
        /// What a sub-buffer's origin is a multiple of.
        package let addressAlignmentByteCount: Int
        package let cacheByteCount: Int
        /// Whether the device computes in the host's own memory.
        package let sharesHostMemory: Bool
        /// Floats of a vector register of a processor, as its driver tells; 1 on most GPUs, 0 where it does not tell.
        package let nativeVectorWidth: Int
        /// The step of the clock behind event times.
        package let timerNanoseconds: Int
    }

    init(_ identifier: cl_device_id, platform: OpenCLPlatform) throws(OpenCLError) {
        self.platform = platform
        self.identifier = identifier
        let query = DeviceQuery(functions: platform.library.functions, device: identifier)
        name = try query.text(CL_DEVICE_NAME)
        vendor = try query.text(CL_DEVICE_VENDOR)
        driverVersion = try query.text(CL_DRIVER_VERSION)
        version = try query.text(CL_DEVICE_VERSION)
        languageVersion = try query.text(CL_DEVICE_OPENCL_C_VERSION)
        extensions = Set(try query.text(CL_DEVICE_EXTENSIONS).split(separator: " ").map(String.init))
        let type = try query.number(CL_DEVICE_TYPE, cl_device_type.self)
        kind =
            type & cl_device_type(CL_DEVICE_TYPE_GPU) != 0
            ? .gpu : type & cl_device_type(CL_DEVICE_TYPE_CPU) != 0 ? .cpu : .accelerator
        let isAvailable = try query.flag(CL_DEVICE_AVAILABLE)
        let canCompile = try query.flag(CL_DEVICE_COMPILER_AVAILABLE)
        isUsable = isAvailable && canCompile
        limits = try Limits(query)
    }

    /// Where it sits on the PCI bus: `0000:65:00.0`; nil where the driver does not tell.
    package var pciAddress: String? {
        guard extensions.contains("cl_khr_pci_bus_info") else { return nil }
        let query = DeviceQuery(functions: library.functions, device: identifier)
        // Domain, bus, device and function, 32 bits each.
        guard let low = try? query.bytes(CL_DEVICE_PCI_BUS_INFO_KHR, count: 16) else { return nil }
        let parts = stride(from: 0, to: 16, by: 4).map { start in
            low[start..<(start + 4)].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        let hexadecimal = { (number: Int, digits: Int) in
            let text = String(number, radix: 16)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        return "\(hexadecimal(parts[0], 4)):\(hexadecimal(parts[1], 2)):\(hexadecimal(parts[2], 2)).\(parts[3])"
    }

    /// The compute capability of an NVIDIA device, as `(9, 0)`; nil elsewhere.
    package var nvidiaComputeCapability: (major: Int, minor: Int)? {
        guard extensions.contains("cl_nv_device_attribute_query") else { return nil }
        let query = DeviceQuery(functions: library.functions, device: identifier)
        guard let major = try? query.number(CL_DEVICE_COMPUTE_CAPABILITY_MAJOR_NV, cl_uint.self),
            let minor = try? query.number(CL_DEVICE_COMPUTE_CAPABILITY_MINOR_NV, cl_uint.self)
        else { return nil }
        return (Int(major), Int(minor))
    }
}

extension OpenCLDevice.Limits {
    fileprivate init(_ query: DeviceQuery) throws(OpenCLError) {
        computeUnitCount = Int(try query.number(CL_DEVICE_MAX_COMPUTE_UNITS, cl_uint.self))
        clockMegahertz = Int(try query.number(CL_DEVICE_MAX_CLOCK_FREQUENCY, cl_uint.self))
        workGroupSize = try query.number(CL_DEVICE_MAX_WORK_GROUP_SIZE, Int.self)
        localMemoryByteCount = Int(clamping: try query.number(CL_DEVICE_LOCAL_MEM_SIZE, cl_ulong.self))
        hasDedicatedLocalMemory = try query.number(CL_DEVICE_LOCAL_MEM_TYPE, cl_uint.self) == cl_uint(CL_LOCAL)
        memoryByteCount = Int(clamping: try query.number(CL_DEVICE_GLOBAL_MEM_SIZE, cl_ulong.self))
        allocationByteCount = Int(clamping: try query.number(CL_DEVICE_MAX_MEM_ALLOC_SIZE, cl_ulong.self))
        addressAlignmentByteCount = Int(try query.number(CL_DEVICE_MEM_BASE_ADDR_ALIGN, cl_uint.self)) / 8
        cacheByteCount = Int(clamping: try query.number(CL_DEVICE_GLOBAL_MEM_CACHE_SIZE, cl_ulong.self))
        // Deprecated since OpenCL 2.0; where a driver no longer tells, only a processor's memory is taken for the host's.
        if let isShared = try? query.flag(CL_DEVICE_HOST_UNIFIED_MEMORY) {
            sharesHostMemory = isShared
        } else {
            let type = try query.number(CL_DEVICE_TYPE, cl_device_type.self)
            sharesHostMemory = type & cl_device_type(CL_DEVICE_TYPE_CPU) != 0
        }
        nativeVectorWidth = Int((try? query.number(CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, cl_uint.self)) ?? 0)
        timerNanoseconds = try query.number(CL_DEVICE_PROFILING_TIMER_RESOLUTION, Int.self)
    }
}

/// Reads one fact of a device at a time.
private struct DeviceQuery {
    let functions: opencl_functions
    let device: cl_device_id

    func text(_ item: Int32) throws(OpenCLError) -> String {
        try readText("clGetDeviceInfo") { size, bytes, needed in
            functions.clGetDeviceInfo(device, cl_device_info(item), size, bytes, needed)
        }
    }

    func number<Number: FixedWidthInteger>(_ item: Int32, _: Number.Type) throws(OpenCLError) -> Number {
        var value = Number.zero
        let status = functions.clGetDeviceInfo(device, cl_device_info(item), MemoryLayout<Number>.size, &value, nil)
        try check(status, "clGetDeviceInfo")
        return value
    }

    func bytes(_ item: Int32, count: Int) throws(OpenCLError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        try check(
            functions.clGetDeviceInfo(device, cl_device_info(item), count, &bytes, nil), "clGetDeviceInfo")
        return bytes
    }

    func flag(_ item: Int32) throws(OpenCLError) -> Bool { try number(item, cl_bool.self) != 0 }
}
