import COpenCL
import Synchronization

/// A device opened for work: its context, one queue that computes, and one that uploads the next inputs meanwhile.
///
/// There is one context for each device, never one for several: a context makes drivers order what is independent.
package final class OpenCLContext: Sendable {
    package let device: OpenCLDevice
    /// Kernels, in order.
    package let computeQueue: CommandQueue
    /// The next run's inputs, in order.
    package let uploadQueue: CommandQueue
    nonisolated(unsafe) let handle: cl_context  // safe to use from any thread
    /// Programs by what they were compiled from.
    let built = Mutex<[ProgramText: Program]>([:])
    let cache: ProgramCache?
    var library: OpenCLLibrary { device.library }

    /// - Parameters:
    ///   - device: where to compute.
    ///   - cache: where compiled programs are kept; nil for nowhere.
    /// - Throws: ``OpenCLError``.
    package init(_ device: OpenCLDevice, cache: ProgramCache? = .standard) throws(OpenCLError) {
        let functions = device.library.functions
        var identifier: cl_device_id? = device.identifier
        var status: cl_int = 0
        let handle = try created(
            functions.clCreateContext(nil, 1, &identifier, nil, nil, &status), status, "clCreateContext", device.name)
        do throws(OpenCLError) {
            // A queue keeps its context alive by itself, so that the order of release does not matter.
            computeQueue = try CommandQueue(context: handle, device: device)
            uploadQueue = try CommandQueue(context: handle, device: device)
        } catch {
            _ = functions.clReleaseContext(handle)
            throw error
        }
        self.device = device
        self.cache = cache
        self.handle = handle
    }

    deinit { _ = library.functions.clReleaseContext(handle) }
}
