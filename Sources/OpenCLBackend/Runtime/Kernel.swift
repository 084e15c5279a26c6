import COpenCL

/// An argument of a kernel.
package enum KernelArgument {
    case memory(DeviceMemory)
    case int(Int32)
    case uint(UInt32)
    /// OpenCL C's `ulong`.
    case ulong(UInt64)
    case float(Float)
    /// `__local` memory of this many bytes.
    case local(byteCount: Int)
}

/// One kernel of a program with its arguments. Arguments stay from launch to launch; each call site has a kernel of its
/// own. Not for several threads at once: OpenCL does not allow that for setting arguments.
package final class Kernel {
    package let name: String
    let handle: cl_kernel
    private let program: Program
    private var functions: opencl_functions { program.library.functions }
    /// OpenCL does not keep the memory of arguments alive.
    private var memories: [Int: DeviceMemory] = [:]

    /// - Throws: ``OpenCLError`` when the program has no kernel of that name.
    package init(_ program: Program, _ name: String) throws(OpenCLError) {
        self.program = program
        self.name = name
        var status: cl_int = 0
        let kernel = program.library.functions.clCreateKernel(program.handle, name, &status)
        handle = try created(kernel, status, "clCreateKernel", name)
    }

    deinit { _ = functions.clReleaseKernel(handle) }

    /// Sets the arguments from the `first` on.
    ///
    /// - Throws: ``OpenCLError`` naming the kernel and the argument.
    package func setArguments(_ arguments: [KernelArgument], from first: Int = 0) throws(OpenCLError) {
        for (index, argument) in arguments.enumerated() { try set(argument, at: first + index) }
    }

    private func set(_ argument: KernelArgument, at index: Int) throws(OpenCLError) {
        let status: cl_int
        switch argument {
        case .memory(let memory):
            memories[index] = memory
            var handle: cl_mem? = memory.handle
            status = setBytes(&handle, index)
        case .int(var value): status = setBytes(&value, index)
        case .uint(var value): status = setBytes(&value, index)
        case .ulong(var value): status = setBytes(&value, index)
        case .float(var value): status = setBytes(&value, index)
        case .local(let byteCount): status = functions.clSetKernelArg(handle, cl_uint(index), byteCount, nil)
        }
        try check(status, "clSetKernelArg", "argument \(index) of \(name)")
    }

    private func setBytes<Value: BitwiseCopyable>(_ value: inout Value, _ index: Int) -> cl_int {
        functions.clSetKernelArg(handle, cl_uint(index), MemoryLayout<Value>.size, &value)
    }

    /// The greatest work-group with which this kernel can run on its device.
    ///
    /// - Throws: ``OpenCLError``.
    package func workGroupSize(_ device: OpenCLDevice) throws(OpenCLError) -> Int {
        var size = 0
        let status = functions.clGetKernelWorkGroupInfo(
            handle, device.identifier, cl_kernel_work_group_info(CL_KERNEL_WORK_GROUP_SIZE), MemoryLayout<Int>.size,
            &size, nil)
        try check(status, "clGetKernelWorkGroupInfo", name)
        return size
    }
}
