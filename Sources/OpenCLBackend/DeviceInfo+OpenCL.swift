import TensorCore

extension DeviceInfo {
    /// An OpenCL device as people see it.
    init(_ device: OpenCLDevice, name: String, tuning: String) {
        let limits = device.limits
        let capability = device.nvidiaComputeCapability.map { ", compute capability \($0.major).\($0.minor)" } ?? ""
        let extensions = Self.extensions.filter { device.extensions.contains($0) }
        let absent = Self.extensions.filter { !device.extensions.contains($0) }
        let clock = limits.clockMegahertz > 0 ? " at \(limits.clockMegahertz) MHz" : ""
        let local = limits.hasDedicatedLocalMemory ? "" : ", in ordinary memory"
        self.init(
            name: name, model: device.name,
            properties: [
                .init(name: "platform", value: "\(device.platform.name), \(device.platform.version)"),
                .init(name: "driver", value: device.driverVersion),
                .init(name: "kind", value: "\(device.kind.rawValue) of \(device.vendor)\(capability)"),
                .init(name: "PCI address", value: device.pciAddress ?? ""),
                .init(name: "language", value: "\(device.version), \(device.languageVersion)"),
                .init(name: "compute units", value: "\(limits.computeUnitCount)\(clock)"),
                .init(
                    name: "memory",
                    value: "\(Self.gigabytes(limits.memoryByteCount)),"
                        + " \(Self.gigabytes(limits.allocationByteCount)) in one buffer"
                        + (limits.sharesHostMemory ? ", shared with the host" : "")),
                .init(name: "local memory", value: "\(limits.localMemoryByteCount / 1024) KB\(local)"),
                .init(name: "work-group", value: "at most \(limits.workGroupSize) items"),
                .init(name: "matrix units", value: Self.matrixUnits(device)),
                .init(name: "tuned kernels", value: tuning),
                .init(
                    name: "extensions",
                    value: extensions.isEmpty ? "none that matter" : extensions.joined(separator: " ")),
                .init(name: "lacks", value: absent.joined(separator: " ")),
            ].filter { !$0.value.isEmpty })
    }

    /// Extensions that kernels use or may come to use.
    private static let extensions = [
        "cl_khr_fp16", "cl_khr_subgroups", "cl_khr_integer_dot_product", "cl_khr_command_buffer",
        "cl_khr_cooperative_matrix", "cl_nv_device_attribute_query", "cl_nv_compiler_options",
        "cl_amd_device_attribute_query", "cl_intel_required_subgroup_size",
        "cl_intel_subgroup_matrix_multiply_accumulate", "cl_qcom_reqd_sub_group_size",
    ]

    /// The matrix units that products and attention in 16 bits are tried on.
    private static func matrixUnits(_ device: OpenCLDevice) -> String {
        let units = MatrixUnit.candidates(device, .product).map(\.rawValue)
        return units.isEmpty
            ? "none: the driver tells of none that there are kernels for" : "to try: " + units.joined(separator: ", ")
    }
}
