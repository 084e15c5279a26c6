import Models
import OpenCLBackend
import TensorCore
import Testing

/// How many launches a photograph takes, which needs no device.
@Suite("OpenCL launches")
struct LaunchCountTests {
    /// On processors the vectors' width is told, 0 stands for a GPU. Elements of 32 bits do without matrix units.
    @Test(
        "The published network takes at most 400 launches", arguments: DataType.ofKernels,
        [
            (KernelForm.vector, 8), (.vector, 16), (.tile, 0), (.matrix(.mmaWide), 0), (.matrix(.mma), 0),
            (.matrix(.wgmma), 0), (.matrix(.mfma), 0), (.matrix(.wmma12), 0), (.matrix(.xmx16), 0),
        ])
    func launchCount(storage: DataType, device: (form: KernelForm, vectorWidth: Int)) throws {
        let plan = try Plan.published(storage: storage)
        var limits = KernelLimits(
            forms: KernelForms(device.form), workGroupSize: 1024, localMemoryByteCount: 48 << 10,
            allocationByteCount: 20 << 30)
        limits.vectorWidth = device.vectorWidth
        let count = LaunchPlan(plan, limits).launchCount
        #expect(count <= 400)
        // Each layer of the encoders is one launch, unless its weights lie in several buffers.
        #expect((plan.steps.count...(plan.steps.count + 10)).contains(count))
    }
}
