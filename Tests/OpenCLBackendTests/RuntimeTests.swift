import OpenCLBackend
import OpenCLKernels
import Testing

@Suite("OpenCL runtime")
struct RuntimeTests {
    @Test("A kernel copies on every device", arguments: TestDevice.all)
    func copy(_ test: TestDevice) throws {
        let context = try OpenCLContext(test.device)
        let queue = context.computeQueue
        let program = try Program(context, source: KernelSource.copy.text, options: "-cl-std=CL1.2")
        let kernel = try Kernel(program, "copy")
        let count = 1000
        let values = (0..<count).map(Float.init)
        let byteCount = count * MemoryLayout<Float>.size
        let x = try DeviceMemory(context, byteCount: byteCount, purpose: "x")
        let y = try DeviceMemory(context, byteCount: byteCount, purpose: "y")
        let staging = try StagingMemory(context, byteCount: byteCount, purpose: "staging")
        values.withUnsafeBytes { staging.bytes.copyMemory(from: $0) }
        let uploaded = try context.uploadQueue.send(UnsafeRawBufferPointer(staging.bytes), to: x)
        try context.uploadQueue.flush()
        try queue.wait(for: uploaded)
        try kernel.setArguments([.memory(x), .memory(y), .uint(UInt32(count))])
        let launch = try queue.launch(kernel, global: [1024], local: [64])
        #expect(try queue.read(y, count: count, repeating: Float.nan) == values)
        for times in [try uploaded.times(), try launch.times()] {
            #expect(times.queued <= times.submitted && times.submitted <= times.started)
            #expect(times.started < times.ended)
        }
    }

    @Test("A program that does not compile says why", arguments: TestDevice.all)
    func buildError(_ test: TestDevice) throws {
        let context = try OpenCLContext(test.device)
        let error = #expect(throws: OpenCLError.self) {
            try Program(context, source: "__kernel void f() { undeclared = 1; }", options: "-DX=1")
        }
        #expect(error?.call == "clBuildProgram")
        #expect(error?.detail?.contains("undeclared") == true)
        #expect(error?.detail?.contains("-DX=1") == true)
    }

    @Test("A buffer beyond the device's limits is out of memory", arguments: TestDevice.all)
    func outOfMemory(_ test: TestDevice) throws {
        let context = try OpenCLContext(test.device)
        let error = #expect(throws: OpenCLError.self) {
            try DeviceMemory(context, byteCount: 1 << 50, purpose: "everything")
        }
        #expect(error?.isOutOfMemory == true)
        #expect("\(try #require(error))".contains("everything"))
    }
}

@Suite("OpenCL library")
struct LibraryTests {
    @Test("A machine without OpenCL says so")
    func absent() {
        let error = #expect(throws: OpenCLUnavailable.self) { try OpenCLLibrary(path: "libNoSuchOpenCL.so.1") }
        #expect(error.map { "\($0)" }?.contains("libNoSuchOpenCL.so.1") == true)
    }

    @Test("A library that is not OpenCL names the function that it lacks")
    func notOpenCL() {
        let error = #expect(throws: OpenCLUnavailable.self) { try OpenCLLibrary(path: "libm.so.6") }
        #expect(error?.reason.contains("clGetPlatformIDs") == true)
    }

    @Test("Every platform that the tests must run on is there")
    func required() {
        for name in TestDevice.required {
            #expect(TestDevice.all.contains { $0.device.platform.name.contains(name) }, "no device of '\(name)'")
        }
    }
}
