extension CommandQueue {
    /// Copies an array to the device and returns when it is there.
    ///
    /// - Throws: ``OpenCLError``.
    package func write<Element: BitwiseCopyable>(
        _ values: [Element], to memory: DeviceMemory, at byteOffset: Int = 0
    ) throws(OpenCLError) {
        let result = values.withUnsafeBytes { bytes in
            Result { () throws(OpenCLError) in try write(bytes, to: memory, at: byteOffset) }
        }
        try result.get()
    }

    /// Returns what lies in memory once everything before is done.
    ///
    /// - Throws: ``OpenCLError``, also for a kernel before it that failed.
    package func read<Element: BitwiseCopyable>(
        _ memory: DeviceMemory, at byteOffset: Int = 0, count: Int, repeating placeholder: Element
    ) throws(OpenCLError) -> [Element] {
        var values = [Element](repeating: placeholder, count: count)
        let result = values.withUnsafeMutableBytes { bytes in
            Result { () throws(OpenCLError) in try read(memory, at: byteOffset, into: bytes) }
        }
        try result.get()
        return values
    }
}
