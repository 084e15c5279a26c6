package import COpenCL
import Glibc

/// The functions of an OpenCL library, opened at run time.
///
/// The runtime types of this folder hold it and call nothing else, so that a test can put a table of its own in place of
/// a driver. From the outside in: a library has ``OpenCLDevice``s; an ``OpenCLContext`` on one of them has two
/// ``CommandQueue``s and makes ``DeviceMemory``, ``StagingMemory`` and ``Program``s; a program has ``Kernel``s; a queue
/// that launches them gives ``Event``s. Every class owns one handle and releases it in `deinit`. All calls block the
/// calling thread, which must not be one of those that Swift's concurrency shares among tasks.
package final class OpenCLLibrary: Sendable {
    // The functions may be called from any thread.
    let functions: opencl_functions

    /// A table of functions in place of a library.
    package init(functions: opencl_functions) { self.functions = functions }

    /// Opens a library: the system's loader of drivers, or a driver itself.
    ///
    /// - Throws: ``OpenCLUnavailable`` when there is none, or it is none of OpenCL 1.2.
    package convenience init(path: String) throws(OpenCLUnavailable) {
        var functions = opencl_functions()
        if let reason = opencl_load(path, &functions) {
            throw OpenCLUnavailable(reason: String(cString: reason))
        }
        self.init(functions: functions)
    }

    /// The library that `FATHOM_OPENCL_LIBRARY` names, or the system's.
    package static let system = Result { () throws(OpenCLUnavailable) in
        let chosen = getenv("FATHOM_OPENCL_LIBRARY").map { String(cString: $0) } ?? ""
        return try OpenCLLibrary(path: chosen.isEmpty ? "libOpenCL.so.1" : chosen)
    }

    /// Every device of every platform that is there to compile for and to run on, in the loader's order.
    ///
    /// - Throws: ``OpenCLError`` when drivers fail and none has a device. A machine without drivers has no devices, which
    ///   is no error.
    package func devices() throws(OpenCLError) -> [OpenCLDevice] {
        let survey = try survey()
        if survey.devices.isEmpty, let failure = survey.failures.first { throw failure }
        return survey.devices
    }

    /// What the drivers of a machine tell.
    package struct Survey: Sendable {
        /// Those that are there to compile for and to run on, in the loader's order.
        package fileprivate(set) var devices: [OpenCLDevice] = []
        /// What drivers and devices failed with; they hide no others.
        package fileprivate(set) var failures: [OpenCLError] = []
    }

    /// Asks every driver for its devices.
    ///
    /// - Throws: ``OpenCLError`` when the loader fails.
    package func survey() throws(OpenCLError) -> Survey {
        var survey = Survey()
        for identifier in try platformIdentifiers() {
            do throws(OpenCLError) {
                let platform = try OpenCLPlatform(identifier, library: self)
                for device in try platform.deviceIdentifiers() {
                    do throws(OpenCLError) {
                        let device = try OpenCLDevice(device, platform: platform)
                        if device.isUsable { survey.devices.append(device) }
                    } catch { survey.failures.append(error.about("a device of \(platform.name)")) }
                }
            } catch { survey.failures.append(error) }
        }
        return survey
    }

    private func platformIdentifiers() throws(OpenCLError) -> [cl_platform_id] {
        var count: cl_uint = 0
        let status = functions.clGetPlatformIDs(0, nil, &count)
        if status == OpenCLError.Status.noPlatform { return [] }
        try check(status, "clGetPlatformIDs")
        guard count > 0 else { return [] }
        var identifiers = [cl_platform_id?](repeating: nil, count: Int(count))
        try check(functions.clGetPlatformIDs(count, &identifiers, nil), "clGetPlatformIDs")
        return identifiers.compactMap(\.self)
    }
}

/// Why there is no OpenCL on this machine.
package struct OpenCLUnavailable: Error, Sendable, CustomStringConvertible {
    package let reason: String

    package var description: String {
        "there is no OpenCL on this machine (\(reason)); install the GPU's driver and a loader such as ocl-icd-libopencl1"
    }
}
